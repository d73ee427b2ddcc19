"""MNIST in the form of Keras, from the IDX files, for the scripts of this folder."""

import os

import numpy as np


def read_split(folder, split, count):
    """`count` images [count, 28, 28] in [0, 1] and their labels."""
    read = lambda name, skip, size: np.fromfile(os.path.join(folder, name), np.uint8, size, offset=skip)
    images = read(f"{split}-images-idx3-ubyte", 16, count * 784).reshape(count, 28, 28).astype("float32")
    return images / np.float32(255), read(f"{split}-labels-idx1-ubyte", 8, count)
