"""Trains the same perceptron in Keras from the same weights on the same batches, without dropout.
Usage: keras_steps.py FOLDER; reads setup.json and *.f32, writes trained.f32, prints the loss of every step."""

import json
import os
import sys

import keras
import numpy as np

folder = sys.argv[1]
with open(os.path.join(folder, "setup.json")) as file:
    setup = json.load(file)
load = lambda name, *shape: np.fromfile(os.path.join(folder, f"{name}.f32"), "float32").reshape(shape)

units = setup["units"]
regularizer = keras.regularizers.L2(setup["l2"]) if setup["l2"] else None
model = keras.Sequential([keras.Input((units[0],))])
for width in units[1:-1]:
    model.add(keras.layers.Dense(width, activation="relu", kernel_regularizer=regularizer))
model.add(keras.layers.Dense(units[-1], activation="softmax", kernel_regularizer=regularizer))
model.compile(optimizer=keras.optimizers.Adam(setup["learningRate"]), loss="sparse_categorical_crossentropy")

flat, weights = load("initial", -1), []
for shape in [weight.shape for weight in model.get_weights()]:
    size = int(np.prod(shape))
    weights.append(flat[:size].reshape(shape))
    flat = flat[size:]
model.set_weights(weights)

images = load("images", setup["steps"], setup["batchSize"], units[0])
labels = load("labels", setup["steps"], setup["batchSize"]).astype("int32")
losses = []
for x, y in zip(images, labels):
    # Otherwise Keras reports the mean over all steps so far.
    model.reset_metrics()
    losses.append(float(model.train_on_batch(x, y)))
np.concatenate([weight.ravel() for weight in model.get_weights()]).astype("float32").tofile(
    os.path.join(folder, "trained.f32")
)
print(json.dumps({"losses": losses, "keras": keras.__version__}))
