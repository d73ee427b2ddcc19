"""Loads networks that the pipeline exported: predicts, and trains one batch with the optimizer of the file.
Usage: keras_read_networks.py FOLDER FILE…; FOLDER has the files, <network>.images.f32, <network>.f32 (the expected
predictions) and, for some, <network>.gradients.f32 (of the mean loss for the labels 0, 1, 2, 0, …)."""

import importlib
import json
import os
import sys

import numpy as np
import tensorflow as tf

keras = importlib.import_module(os.environ["KERAS_PACKAGE"])
folder = sys.argv[1]


def read(name):
    return np.fromfile(os.path.join(folder, name), "float32")


def describe(optimizer):
    names = ("learning_rate", "weight_decay", "momentum", "nesterov", "global_clipnorm")
    config = optimizer.get_config()
    numbers = {name: config[name] for name in names if config.get(name) is not None}
    rounded = {name: value if isinstance(value, bool) else round(float(value), 6) for name, value in numbers.items()}
    return {"class": type(optimizer).__name__, **rounded}


def compare_gradients(model, images, expected):
    labels = np.arange(len(images)) % model.output_shape[-1]
    with tf.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(labels, model(images, training=True))
        loss = tf.reduce_mean(losses)
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    found = np.concatenate([np.asarray(gradient).ravel() for gradient in gradients])
    return float(np.abs(found - expected).max() / np.abs(expected).max())


results = {}
for file in sys.argv[2:]:
    model = keras.models.load_model(os.path.join(folder, file))
    images = read(os.path.splitext(file)[0] + ".images.f32").reshape((-1, *model.input_shape[1:]))
    expected = read(os.path.splitext(file)[0] + ".f32").reshape(len(images), -1)
    predicted = np.asarray(model(images, training=False))
    results[file] = {
        "difference": float(np.abs(predicted - expected).max()),
        "optimizer": describe(model.optimizer),
    }
    gradients = os.path.splitext(file)[0] + ".gradients.f32"
    # The interface of Keras 3; its first version trains weights that are marked as not trained.
    is_new_keras = hasattr(keras, "version") and not keras.version().startswith("3.0.")
    if is_new_keras and os.path.exists(os.path.join(folder, gradients)):
        results[file]["gradientDifference"] = compare_gradients(model, images, read(gradients))
    # Compiling the step takes longer than all else.
    model.run_eagerly = True
    model.train_on_batch(images, np.zeros(len(images), "int32"))
print(json.dumps({"version": keras.__version__, "results": results}))
