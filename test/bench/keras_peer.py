"""A network in Keras, with model.fit. Usage: keras_peer.py JOB_FILE; see peer.py."""

import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from peer import job, load_test, load_train, report_epoch, report_whole

import keras
from keras import layers

import tensorflow

# TensorFlow falls back to the CPU without an error.
if job.device == "gpu" and not tensorflow.config.list_physical_devices("GPU"):
    raise SystemExit("TensorFlow finds no GPU; its log says why: TF_CPP_MIN_LOG_LEVEL=0")


class Clock(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.started = time.time()

    def on_epoch_end(self, epoch, logs=None):
        report_epoch(time.time() - self.started, float(logs["val_acc"]))


model = keras.Sequential([keras.Input(job.inputShape)])
for layer in job.layers:
    model.add(getattr(layers, layer["class_name"])(**layer["config"]))
model.compile(
    optimizer="adam",
    loss="sparse_categorical_crossentropy",
    metrics=["acc"],
    jit_compile=True if job.compile else "auto",
)
images, labels = load_train()
model.fit(
    images,
    labels,
    epochs=job.epochs,
    batch_size=job.batchSize,
    verbose=0,
    validation_data=load_test(),
    callbacks=[Clock()],
)
model.save(job.modelFile)
report_whole(keras.__version__)
