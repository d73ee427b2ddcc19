"""The default configuration in Keras, on the same IDX files. Usage: keras_seed.py IDX_FOLDER EPOCHS MODEL_FILE
Prints one JSON line per epoch, then one for the whole run, from process start to saved model."""

import json
import os
import resource
import sys
import time

started = time.time()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras import layers

folder, epochs, model_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def read(name, offset):
    return np.fromfile(os.path.join(folder, name), np.uint8, offset=offset)


def images(name):
    return read(name, 16).reshape(-1, 28, 28).astype("float32") / 255.0


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.time()

    def on_epoch_end(self, epoch, logs=None):
        print(json.dumps({"seconds": time.time() - self.started, "accuracy": float(logs["val_acc"])}), flush=True)


model = keras.Sequential([keras.Input((28, 28)), layers.Flatten()])
for units in (1024, 512, 256):
    model.add(layers.Dropout(0.1))
    model.add(layers.Dense(units, activation="relu"))
model.add(layers.Dropout(0.1))
model.add(layers.Dense(10, activation="softmax"))
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["acc"],
    jit_compile={"0": False, "1": True}.get(os.environ.get("BENCH_COMPILE"), "auto"),
)
model.fit(
    images("train-images-idx3-ubyte"),
    read("train-labels-idx1-ubyte", 8),
    epochs=epochs,
    batch_size=int(os.environ.get("BENCH_BATCH_SIZE", "512")),
    verbose=0,
    validation_data=(images("t10k-images-idx3-ubyte"), read("t10k-labels-idx1-ubyte", 8)),
    callbacks=[Clock()],
)
model.save(model_file)
peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"wholeSeconds": time.time() - started, "peakBytes": peak_bytes, "version": keras.__version__}))
