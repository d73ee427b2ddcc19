"""Builds one small network for every common kind of model, gives it random weights, and saves it with what
Keras answers for the images of an IDX folder: for `evaluate` to come to the same figures.
Usage: keras_write_table.py FOLDER MNIST_FOLDER ENDING; the last line is JSON: a row for each file that was written, and
the files that this Keras does not load again itself. Cases take turns with the endings .h5 and .keras, and begin with
ENDING; those of `in_both` are saved in both."""

import importlib
import json
import os
import sys

import h5py
from absl import logging
import numpy as np
import tensorflow as tf
from mnist_files import read_split

logging.set_verbosity("error")
tf.get_logger().setLevel("ERROR")
keras = importlib.import_module(os.environ["KERAS_PACKAGE"])
layers, Sequential, Input = keras.layers, keras.Sequential, keras.Input
folder, mnist, first_ending = sys.argv[1:4]
images, labels = read_split(mnist, "t10k", 100)
version = tuple(int(part) for part in keras.__version__.split(".")[:2])
is_keras_3 = version[0] == 3


def head(*stack, shape=(28, 28, 1)):
    return Sequential([Input(shape), *stack, layers.Flatten(), layers.Dense(10, activation="softmax")])


def mlp(**settings):
    return Sequential(
        [
            Input((28, 28)),
            layers.Flatten(),
            layers.Dense(16, activation="relu", **settings),
            layers.Dense(10, activation="softmax", **settings),
        ]
    )


def dense_chain(*activations):
    stack = [layer for each in activations for layer in (layers.Dense(12, activation=each), layers.BatchNormalization())]
    return head(layers.Flatten(), *stack)


def leaky_relu(slope):
    return layers.LeakyReLU(negative_slope=slope) if is_keras_3 else layers.LeakyReLU(alpha=slope)


def functional(build, shape=(28, 28, 1)):
    images = Input(shape)
    return keras.Model(images, build(images))


def finish(x):
    return layers.Dense(10, activation="softmax")(layers.Flatten()(x))


def residual(images):
    x = layers.Conv2D(4, 3, strides=2, padding="same")(images)
    y = layers.Conv2D(4, 3, padding="same", use_bias=False)(x)
    y = layers.ReLU()(layers.BatchNormalization()(y))
    return finish(layers.ReLU()(layers.Add()([x, y])))


def inception(images):
    x = layers.MaxPooling2D(2)(images)
    return finish(layers.Concatenate()([layers.Conv2D(3, 1)(x), layers.Conv2D(4, 3, padding="same")(x), x]))


def merged(images):
    left, right, third = (layers.Conv2D(3, 3, strides=2, activation="tanh")(images) for _ in range(3))
    pairs = [layers.Multiply()([left, right]), layers.Average()([left, right]), layers.Maximum()([left, third])]
    pairs += [layers.Minimum()([right, third]), layers.Subtract()([left, third])]
    return finish(layers.Concatenate(axis=-1)(pairs))


def shared(images):
    twice = layers.Dense(12, activation="tanh")
    x = layers.Dense(12, activation="relu")(layers.Flatten()(images))
    return layers.Dense(10, activation="softmax")(twice(twice(x)))


def backbone():
    images = Input((28, 28, 1))
    x = layers.Conv2D(4, 3, strides=2, use_bias=False)(images)
    x = layers.BatchNormalization()(x)
    model = keras.Model(images, layers.DepthwiseConv2D(3)(x), name="backbone")
    model.trainable = False
    return model


def in_two_levels(images):
    inner = functional(lambda x: layers.Conv2D(1, 3)(block()(layers.ZeroPadding2D(1)(x))))
    outer = functional(lambda x: layers.ReLU()(inner(x)))
    return finish(layers.Add()([layers.Cropping2D(2)(images), outer(images)]))


def in_policy(policy, build):
    mixed = keras.mixed_precision
    before = "float32"
    (mixed.set_dtype_policy if is_keras_3 else mixed.set_global_policy)(policy)
    try:
        return build()
    finally:
        (mixed.set_dtype_policy if is_keras_3 else mixed.set_global_policy)(before)


def built_later():
    model = Sequential([layers.Flatten(), layers.Dense(12, activation="relu"), layers.Dense(10, activation="softmax")])
    model.build((None, 28, 28))
    return model


l2, l1 = keras.regularizers.L2(0.01), keras.regularizers.L1(0.01)
constraints = keras.constraints
augmentation = lambda: Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1), layers.RandomZoom(0.1)])
block = lambda: Sequential(
    [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(), layers.Conv2D(3, 3), layers.BatchNormalization()],
    name="block",
)

cases = {
    "perceptron": lambda: mlp(),
    "input shape on the first layer": lambda: Sequential(
        [layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")]
    ),
    "built later": built_later,
    "batch of 32": lambda: Sequential(
        [Input((28, 28), batch_size=32), layers.Flatten(), layers.Dense(10, activation="softmax")]
    ),
    "flat input": lambda: Sequential([Input((784,)), layers.Dense(10, activation="softmax")]),
    "flatten on flat input": lambda: Sequential(
        [Input((784,)), layers.Flatten(), layers.Dense(12, activation="relu"), layers.Dense(10, activation="softmax")]
    ),
    "open image size": lambda: Sequential(
        [
            Input((None, None, 1)),
            layers.Conv2D(6, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]
    ),
    "logits": lambda: Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(10)]),
    "softmax layer": lambda: Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(10), layers.Softmax()]),
    "activation layer": lambda: Sequential(
        [Input((28, 28)), layers.Flatten(), layers.Dense(10), layers.Activation("softmax")]
    ),
    "sigmoid outputs": lambda: Sequential([Input((28, 28)), layers.Flatten(), layers.Dense(10, activation="sigmoid")]),
    "relu layer": lambda: head(layers.Conv2D(4, 3), layers.ReLU()),
    "relu with limits": lambda: head(layers.Conv2D(4, 3), layers.ReLU(max_value=0.8, negative_slope=0.1, threshold=0.1)),
    "leaky relu": lambda: head(layers.Conv2D(4, 3), leaky_relu(0.2)),
    "elu layer": lambda: head(layers.Conv2D(4, 3), layers.ELU(0.7)),
    "prelu": lambda: head(layers.Conv2D(4, 3), layers.PReLU(shared_axes=[1, 2])),
    "smooth activations": lambda: dense_chain("elu", "selu", "gelu", "swish", "silu", "tanh", "sigmoid"),
    "other activations": lambda: dense_chain("softplus", "softsign", "relu6", "exponential", "mish", "leaky_relu"),
    "hard sigmoid": lambda: dense_chain("hard_sigmoid"),
    "activation that is a layer": lambda: head(layers.Flatten(), layers.Dense(12, activation=leaky_relu(0.1))),
    "activation of tensorflow": lambda: head(layers.Flatten(), layers.Dense(12, activation=tf.nn.relu)),
    "functional chain": lambda: functional(finish),
    "residual": lambda: functional(residual),
    "concatenated": lambda: functional(inception),
    "merged": lambda: functional(merged),
    "shared layer": lambda: functional(shared),
    "nested sequential": lambda: head(block()),
    "nested functional": lambda: head(backbone()),
    "models in models": lambda: functional(in_two_levels),
    "augmentation": lambda: head(augmentation(), layers.Conv2D(3, 3)),
    "rescaling": lambda: head(layers.Rescaling(1 / 255), layers.Conv2D(3, 3)),
    "rescaling to -1 … 1": lambda: head(layers.Rescaling(1 / 127.5, offset=-1), layers.Conv2D(3, 3)),
    "mixed_float16": lambda: in_policy("mixed_float16", mlp),
    "mixed_bfloat16": lambda: in_policy("mixed_bfloat16", mlp),
    "float64": lambda: in_policy("float64", mlp),
    "constraints": lambda: mlp(kernel_constraint=constraints.MaxNorm(2), bias_constraint=constraints.NonNeg()),
    "regularizers": lambda: mlp(kernel_regularizer=l1, bias_regularizer=l2, activity_regularizer=l2),
    "dropout": lambda: head(layers.SpatialDropout2D(0.1), layers.Conv2D(3, 3), layers.Flatten(), layers.Dropout(0.5)),
    "noise": lambda: head(
        layers.GaussianNoise(0.1), layers.GaussianDropout(0.1), layers.AlphaDropout(0.1), layers.ActivityRegularization(0.1)
    ),
    "convnet": lambda: head(
        layers.Conv2D(4, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
        layers.Conv2D(6, (3, 3), activation="relu"),
        layers.MaxPooling2D((2, 2)),
    ),
    "convolution with strides": lambda: head(layers.Conv2D(4, (5, 3), strides=2, padding="same", activation="elu")),
    "dilated convolution": lambda: head(layers.Conv2D(4, 3, dilation_rate=(2, 3), padding="same")),
    "transposed convolution": lambda: head(layers.Conv2DTranspose(3, 3, strides=2, padding="same")),
    "depthwise convolution": lambda: head(
        layers.Conv2D(3, 3), layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, activation="relu")
    ),
    "dilated depthwise convolution": lambda: head(layers.DepthwiseConv2D(3, dilation_rate=2, depth_multiplier=2)),
    "separable convolution": lambda: head(
        layers.Conv2D(3, 3), layers.SeparableConv2D(5, 3, padding="same", depth_multiplier=2, activation="relu")
    ),
    "padding": lambda: head(layers.ZeroPadding2D(((1, 2), (3, 0))), layers.Conv2D(3, 5), layers.Cropping2D(((1, 0), (2, 3)))),
    "average pooling": lambda: head(layers.Conv2D(3, 3), layers.AveragePooling2D((3, 2), strides=2, padding="same")),
    "max pooling": lambda: head(layers.Conv2D(3, 3), layers.MaxPooling2D(3, strides=2, padding="same")),
    "global pooling": lambda: functional(
        lambda images: finish(
            layers.Concatenate()([pool(layers.Conv2D(6, 3)(images)) for pool in (
                layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D(), layers.GlobalMaxPooling2D(keepdims=False))])
        )
    ),
    "batch normalization": lambda: head(
        layers.BatchNormalization(),
        layers.Conv2D(3, 3),
        layers.BatchNormalization(center=False, epsilon=0.01),
        layers.BatchNormalization(scale=False, axis=-1),
        layers.BatchNormalization(axis=1),
    ),
    "layer normalization": lambda: head(
        layers.Conv2D(3, 3),
        layers.LayerNormalization(),
        layers.LayerNormalization(axis=[1, 2], center=False),
        layers.Flatten(),
        layers.LayerNormalization(scale=False, epsilon=0.1),
    ),
    "permuted and reshaped": lambda: head(
        layers.Reshape((28, 28)), layers.Permute((2, 1)), layers.Reshape((-1, 14, 2)), layers.Conv2D(3, 3)
    ),
    "rows as a sequence": lambda: head(
        layers.Conv1D(8, 3, activation="relu"),
        layers.MaxPooling1D(2),
        layers.SpatialDropout1D(0.1),
        layers.Conv1D(8, 3, strides=2, padding="same"),
        layers.AveragePooling1D(2),
        layers.GlobalMaxPooling1D(),
        shape=(28, 28),
    ),
    "enlarged": lambda: head(layers.UpSampling2D(2), layers.Conv2D(3, 3, strides=3)),
    "resized": lambda: head(layers.Resizing(32, 20), layers.Conv2D(3, 3, strides=3)),
    "names with spaces": lambda: Sequential(
        [Input((28, 28)), layers.Flatten(name="in put"), layers.Dense(10, activation="softmax", name="_out.1")]
    )
    if is_keras_3
    else Sequential(
        [layers.InputLayer(input_shape=(28, 28)), layers.Flatten(), layers.Dense(10, activation="softmax", name="a/b")]
    ),
}
if not is_keras_3:
    cases["thresholded relu"] = lambda: head(layers.Conv2D(4, 3), layers.ThresholdedReLU(0.2))
in_both = {"functional chain", "residual", "nested sequential", "nested functional", "models in models", "mixed_float16"}


def write_list_config(path):
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        config["config"] = config["config"]["layers"]
        file.attrs["model_config"] = json.dumps(config).encode()


def randomize(model, random):
    """Seeded numbers that keep the scale of activations; positive for a variance."""
    values = []
    for weight in model.weights:
        name = getattr(weight, "path", weight.name)
        shape = tuple(weight.shape)
        if any(part in name for part in ("variance", "gamma")):
            values.append(random.uniform(0.5, 1.5, shape))
        else:
            fan_in = max(1, int(np.prod(shape[:-1])))
            values.append(random.normal(0, 1.5 / np.sqrt(fan_in) if len(shape) > 1 else 0.2, shape))
    model.set_weights(values)


def find_pixels(name):
    return 255.0 if name.startswith("rescaling") else 1.0


def answer(name, model):
    shape = [28 if size is None else size for size in model.input_shape[1:]]
    batch = model.input_shape[0] or len(images)
    pixels = (images * find_pixels(name)).reshape(len(images), *shape)
    parts = []
    for first in range(0, len(images), batch):
        rows = pixels[first : first + batch]
        missing = batch - len(rows)
        rows = np.concatenate([rows, np.zeros((missing, *shape), "float32")])
        parts.append(np.asarray(keras.ops.convert_to_numpy(model(rows, training=False)) if is_keras_3 else model(rows, training=False).numpy())[: batch - missing])
    return np.concatenate(parts).astype("float32")


def measure(name, outputs):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=name == "logits")(labels, outputs)
    return {"loss": float(loss), "accuracy": float((outputs.argmax(-1) == labels).mean())}


written, unloadable = [], []


def save(name, model, ending, rewrite=None):
    file = f"{len(written) + len(unloadable)}.{ending}"
    path = os.path.join(folder, file)
    row = {"name": name, "file": file}
    try:
        model.save(path)
        if rewrite:
            rewrite(path)
        loaded = keras.models.load_model(path)
        outputs = answer(name, loaded)
    except Exception as error:  # Whatever its reason: the models that are read here are those that Keras reads.
        print(f"{name}, .{ending}: {error}", file=sys.stderr)
        unloadable.append(f"{name}, .{ending}")
        return
    written.append({**row, **measure(name, outputs)})


for position, (name, build) in enumerate(cases.items()):
    keras.utils.set_random_seed(position)
    model = build()
    randomize(model, np.random.default_rng(position))
    endings = ["h5", "keras"] if (position % 2 == 0) == (first_ending == "h5") else ["keras", "h5"]
    for ending in endings if name in in_both else endings[:1]:
        save(name, model, ending)
if not is_keras_3:
    model = cases["input shape on the first layer"]()
    randomize(model, np.random.default_rng(len(cases)))
    save("list of layers", model, "h5", write_list_config)
print(json.dumps({"version": keras.__version__, "written": written, "unloadable": unloadable}))
