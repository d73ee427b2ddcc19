"""Builds and saves models in Keras, with their predictions, for the pipeline to read.
Usage: keras_write_models.py FOLDER MNIST_FOLDER; writes <model>.h5, <model>.keras (Keras 3) and <model>.f32."""

import importlib
import json
import os
import sys

import numpy as np
from mnist_files import read_split

keras = importlib.import_module(os.environ["KERAS_PACKAGE"])
layers = keras.layers
folder, mnist = sys.argv[1], sys.argv[2]
images, labels = read_split(mnist, "train", 2_000)
test_images, _ = read_split(mnist, "t10k", 100)
is_keras_3 = keras.__version__.startswith("3.")
begin = lambda *shape: keras.Input(shape) if is_keras_3 else layers.InputLayer(input_shape=shape)
l2 = keras.regularizers.L2(0.0003)
keras.utils.set_random_seed(1)

models = {
    "mlp": [
        begin(28, 28),
        layers.Flatten(),
        layers.Dropout(0.1),
        layers.Dense(64, activation="relu"),
        layers.Dropout(0.1),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ],
    "l2": [
        begin(28, 28),
        layers.Flatten(),
        layers.Dense(32, activation="relu", kernel_regularizer=l2),
        layers.Dense(10, activation="softmax", kernel_regularizer=l2),
    ],
    "cnn": [
        begin(28, 28),
        layers.Reshape((28, 28, 1)),
        layers.Conv2D(6, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(8, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ],
}
files = []
for name, stack in models.items():
    model = keras.Sequential(stack)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(images, labels, batch_size=128, epochs=1, verbose=0)
    model.predict(test_images, verbose=0).astype("float32").tofile(os.path.join(folder, f"{name}.f32"))
    for ending in ["h5", "keras"] if is_keras_3 else ["h5"]:
        model.save(os.path.join(folder, f"{name}.{ending}"))
        files.append(f"{name}.{ending}")
print(json.dumps({"version": keras.__version__, "files": files}))
