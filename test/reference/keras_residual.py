"""Trains a functional model with residual blocks in Keras, without dropout. Usage: keras_residual.py FOLDER IDX_FOLDER
STEPS BATCH_SIZE; writes the model without its weights to architecture.json, and its first weights to <index>.f32; prints
their paths, and the loss of every step."""

import json
import os
import sys

import keras
import numpy as np
from keras import layers

folder, idx_folder, steps, batch_size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def convolve(x, filters, size, name):
    x = layers.Conv2D(filters, size, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.BatchNormalization(name=f"{name}_norm")(x)


def block(x, filters, name):
    y = layers.ReLU(name=f"{name}_relu_1")(convolve(x, filters, 3, f"{name}_1"))
    y = convolve(y, filters, 3, f"{name}_2")
    # A block that changes the number of channels projects its input.
    shortcut = x if x.shape[-1] == filters else convolve(x, filters, 1, f"{name}_shortcut")
    return layers.ReLU(name=f"{name}_relu_2")(layers.Add(name=f"{name}_add")([shortcut, y]))


keras.utils.set_random_seed(5)
images = keras.Input((28, 28, 1), name="images")
x = layers.MaxPooling2D(name="pool_0")(images)
x = layers.MaxPooling2D(name="pool_1")(block(x, 8, "block_1"))
x = layers.GlobalAveragePooling2D(name="pool_2")(block(block(x, 8, "block_2"), 16, "block_3"))
model = keras.Model(images, layers.Dense(10, activation="softmax", name="probabilities")(x), name="residual")
with open(os.path.join(folder, "architecture.json"), "w") as file:
    file.write(model.to_json())
for index, variable in enumerate(model.weights):
    np.ravel(variable).astype("float32").tofile(os.path.join(folder, f"{index}.f32"))

count = steps * batch_size
read = lambda name, offset: np.fromfile(os.path.join(idx_folder, name), np.uint8, offset=offset)
x = read("train-images-idx3-ubyte", 16).reshape(-1, 28, 28, 1)[:count].astype("float32") / 255.0
y = read("train-labels-idx1-ubyte", 8)[:count].astype("int32")
model.compile(optimizer=keras.optimizers.SGD(0.01, momentum=0.9), loss="sparse_categorical_crossentropy")
losses = []
for first in range(0, count, batch_size):
    # Otherwise Keras reports the mean over all steps so far.
    model.reset_metrics()
    losses.append(float(model.train_on_batch(x[first : first + batch_size], y[first : first + batch_size])))
print(json.dumps({"weights": [variable.path for variable in model.weights], "losses": losses}))
