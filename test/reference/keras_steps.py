"""Trains networks in Keras from given weights on given batches, without dropout.
Usage: keras_steps.py FOLDER; setup.json has cases, each with a folder of its own for *.f32. Writes the weights to
trained.f32 of each case, prints the losses of every step by case."""

import json
import os
import sys

import keras
import numpy as np
from keras import layers, optimizers

folder = sys.argv[1]
with open(os.path.join(folder, "setup.json")) as file:
    cases = json.load(file)


def make_model(case):
    model = keras.Sequential([keras.Input(case["inputShape"])])
    for layer in case["layers"]:
        model.add(getattr(layers, layer["class_name"])(**layer["config"]))
    model.compile(
        optimizer=getattr(optimizers, case["optimizer"])(**case["options"]),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=case["labelSmoothing"]),
    )
    return model


def train(case):
    path = lambda name: os.path.join(folder, case["name"], f"{name}.f32")
    load = lambda name: np.fromfile(path(name), "float32")
    model = make_model(case)
    variables = model.trainable_weights + model.non_trainable_weights
    flat = load("initial")
    for variable, values in zip(variables, np.split(flat, np.cumsum([np.prod(v.shape) for v in variables])[:-1])):
        variable.assign(values.reshape(variable.shape))
    images = load("images").reshape(case["steps"], case["batchSize"], *case["inputShape"])
    labels = load("labels").reshape(case["steps"], case["batchSize"])
    losses = []
    for x, y in zip(images, labels):
        # Otherwise Keras reports the mean over all steps so far.
        model.reset_metrics()
        losses.append(float(model.train_on_batch(x, keras.ops.one_hot(y.astype("int32"), 10))))
    # With use_ema, this replaces the trained weights by their averages.
    model.optimizer.finalize_variable_values(model.trainable_weights)
    np.concatenate([np.ravel(variable) for variable in variables]).astype("float32").tofile(path("trained"))
    return losses


print(json.dumps({case["name"]: train(case) for case in cases}))
