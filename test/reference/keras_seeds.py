"""Test accuracy of the default configuration in Keras, by seed. Usage: keras_seeds.py IDX_FOLDER EPOCHS SEED…"""

import json
import os
import sys

import keras
import numpy as np
from keras import layers

folder, epochs, seeds = sys.argv[1], int(sys.argv[2]), [int(seed) for seed in sys.argv[3:]]


def read(name, offset):
    return np.fromfile(os.path.join(folder, name), np.uint8, offset=offset)


def images(name):
    return read(name, 16).reshape(-1, 28, 28).astype("float32") / 255.0


train = images("train-images-idx3-ubyte"), read("train-labels-idx1-ubyte", 8)
test = images("t10k-images-idx3-ubyte"), read("t10k-labels-idx1-ubyte", 8)
accuracies = []
for seed in seeds:
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
    for units in (1024, 512, 256):
        model.add(layers.Dropout(0.1))
        model.add(layers.Dense(units, activation="relu"))
    model.add(layers.Dropout(0.1))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["acc"])
    model.fit(*train, epochs=epochs, batch_size=512, verbose=0)
    accuracies.append(float(model.evaluate(*test, batch_size=1000, verbose=0)[1]))
print(json.dumps(accuracies))
