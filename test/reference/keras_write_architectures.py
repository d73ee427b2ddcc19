"""Builds functional models in Keras, gives them random weights, and writes for each <model>.json (`to_json`), <model>.h5
and, in Keras 3, <model>.keras without optimizer, and <model>.f32: the outputs for the images of images.f32.
Usage: keras_write_architectures.py FOLDER; the last line is JSON: the version of Keras, and the names of the models."""

import importlib
import json
import os
import sys

import numpy as np

keras = importlib.import_module(os.environ["KERAS_PACKAGE"])
layers = keras.layers
(folder,) = sys.argv[1:]
is_keras_3 = keras.__version__.startswith("3.")
random = np.random.default_rng(5)
images = random.random((8, 28, 28, 1), dtype="float32")
images.tofile(os.path.join(folder, "images.f32"))


def block(x, filters, **settings):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False, **settings)(x)
    return layers.BatchNormalization()(x)


def residual(x):
    x = layers.ReLU()(block(x, 8))
    inner = layers.ReLU()(block(x, 8, kernel_regularizer="l2"))
    x = layers.Add()([x, block(inner, 8)])
    x = layers.MaxPooling2D()(layers.Activation("relu")(x))
    shortcut = layers.Conv2D(12, 1)(x)
    x = layers.Concatenate()([shortcut, layers.DepthwiseConv2D(3, padding="same")(x)])
    x = layers.GlobalAveragePooling2D()(layers.SpatialDropout2D(0.1)(x))
    return layers.Dense(10)(x)


def frozen(x):
    body = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 5, strides=2), layers.BatchNormalization()])
    body.trainable = False
    x = layers.LayerNormalization()(body(x))
    x = layers.SeparableConv2D(6, 3, activation="tanh")(x)
    x = layers.Reshape((-1, 6))(x)
    x = layers.Dropout(0.2)(layers.Flatten()(x))
    return layers.Softmax()(layers.Dense(10)(x))


def draw(weight):
    is_positive = "gamma" in weight.name or "variance" in weight.name
    values = random.random(tuple(weight.shape)) - (0 if is_positive else 0.5)
    return (values + 0.5 if is_positive else values).astype("float32")


names = []
for build in [residual, frozen]:
    inputs = keras.Input((28, 28, 1))
    model = keras.Model(inputs, build(inputs), name=build.__name__)
    model.set_weights([draw(weight) for weight in model.weights])
    path = os.path.join(folder, build.__name__)
    with open(f"{path}.json", "w") as file:
        file.write(model.to_json())
    model.save(f"{path}.h5", include_optimizer=False)
    if is_keras_3:
        model.save(f"{path}.keras", include_optimizer=False)
    model.predict(images, verbose=0).astype("float32").tofile(f"{path}.f32")
    names.append(build.__name__)
print(json.dumps({"version": keras.__version__, "names": names}))
