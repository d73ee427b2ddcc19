"""Loads models that the pipeline exported, and uses them: predict, evaluate, train for one more epoch.
Usage: keras_read_models.py FOLDER MNIST_FOLDER FILE…; FOLDER has the files and <model>.f32, the expected predictions."""

import importlib
import json
import os
import sys
import zipfile

import h5py
import numpy as np
from mnist_files import read_split

keras = importlib.import_module(os.environ["KERAS_PACKAGE"])
folder, mnist = sys.argv[1], sys.argv[2]
test_images, test_labels = read_split(mnist, "t10k", 10_000)
images, labels = read_split(mnist, "train", 2_000)


def read_class_names(path):
    """The names of the classes and the white of a file."""
    if path.endswith(".keras"):
        with zipfile.ZipFile(path) as archive:
            metadata = json.loads(archive.read("metadata.json"))
        return metadata["class_names"], metadata["white"]
    with h5py.File(path) as file:
        return json.loads(file.attrs["class_names"]), float(file.attrs["white"])


results = {}
for file in sys.argv[3:]:
    expected = np.fromfile(os.path.join(folder, os.path.splitext(file)[0] + ".f32"), "float32").reshape(-1, 10)
    model = keras.models.load_model(os.path.join(folder, file))
    predicted = model.predict(test_images, batch_size=1000, verbose=0)
    test_loss, accuracy = model.evaluate(test_images, test_labels, batch_size=1000, verbose=0)[:2]
    optimizer = type(model.optimizer).__name__
    learning_rate = float(np.asarray(model.optimizer.learning_rate))
    model.fit(images, labels, batch_size=64, epochs=1, verbose=0)
    class_names, white = read_class_names(os.path.join(folder, file))
    results[file] = {
        "classNames": class_names,
        "white": white,
        "difference": float(np.abs(predicted - expected).max()),
        "testLoss": float(test_loss),
        "correctCount": round(float(accuracy) * len(test_labels)),
        "optimizer": optimizer,
        "learningRate": learning_rate,
        "testLossAfter": float(model.evaluate(test_images, test_labels, batch_size=1000, verbose=0)[0]),
    }
print(json.dumps({"version": keras.__version__, "results": results}))
