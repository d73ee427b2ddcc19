"""Reads an .npz with Keras' own loader of MNIST, without its download. Usage: keras_read_mnist.py FILE"""

import hashlib
import json
import sys

import keras
from keras.src.datasets import mnist

# It would replace a file that is not the published one.
mnist.get_file = lambda fname, **_: fname
train, test = keras.datasets.mnist.load_data(path=sys.argv[1])
arrays = dict(zip(("x_train", "y_train", "x_test", "y_test"), (*train, *test)))
print(json.dumps({name: [array.dtype.name, list(array.shape), hashlib.sha256(array.tobytes()).hexdigest()] for name, array in arrays.items()}))
