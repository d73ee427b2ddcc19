"""A network in JAX with Optax, its training step compiled. Usage: jax_peer.py JOB_FILE; see peer.py."""

import pickle
import time

from peer import job, load_test, load_train, report_epoch, report_whole

import jax
import jax.numpy as jnp
import numpy as np
import optax

glorot = jax.nn.initializers.glorot_uniform()


def init(key, inputs):
    """Trained parameters and moving statistics of each layer, by the shape of its input without the batch."""
    shape, params, statistics = tuple(inputs), [], []
    for layer in job.layers:
        key, part = jax.random.split(key)
        config, trained, moving = layer["config"], {}, {}
        match layer["class_name"]:
            case "Dense":
                trained = {"w": glorot(part, (*shape, config["units"])), "b": jnp.zeros(config["units"])}
            case "Conv2D":
                trained = {"w": glorot(part, (*config["kernel_size"], shape[-1], config["filters"]))}
                if config["use_bias"]:
                    trained["b"] = jnp.zeros(config["filters"])
            case "BatchNormalization":
                trained = {"scale": jnp.ones(shape[-1]), "shift": jnp.zeros(shape[-1])}
                moving = {"mean": jnp.zeros(shape[-1]), "variance": jnp.ones(shape[-1])}
        params.append(trained)
        statistics.append(moving)
        images = jnp.zeros((1, *shape))
        shape = jax.eval_shape(lambda x: apply_layer(layer, trained, moving, x, key, True)[0], images).shape[1:]
    return params, statistics


def apply_layer(layer, trained, moving, x, key, is_training):
    config = layer["config"]
    match layer["class_name"]:
        case "Flatten":
            x = x.reshape(len(x), -1)
        case "Dropout":
            if is_training:
                keep = 1 - config["rate"]
                x = jnp.where(jax.random.bernoulli(key, keep, x.shape), x / keep, 0)
        case "Dense":
            x = x @ trained["w"] + trained["b"]
            if config["activation"] == "relu":
                x = jax.nn.relu(x)
        case "Conv2D":
            layout = ("NHWC", "HWIO", "NHWC")
            padding = config["padding"].upper()
            x = jax.lax.conv_general_dilated(x, trained["w"], config["strides"], padding, dimension_numbers=layout)
            x = x + trained["b"] if "b" in trained else x
        case "BatchNormalization":
            mean, variance = moving["mean"], moving["variance"]
            if is_training:
                mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
                mix = lambda old, new: config["momentum"] * old + (1 - config["momentum"]) * new
                moving = {"mean": mix(moving["mean"], mean), "variance": mix(moving["variance"], variance)}
            x = (x - mean) * jax.lax.rsqrt(variance + config["epsilon"]) * trained["scale"] + trained["shift"]
        case "ReLU":
            x = jax.nn.relu(x)
        case "MaxPooling2D":
            window = (1, *config["pool_size"], 1)
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, "VALID")
        case name:
            raise ValueError(f"{name} has no counterpart in JAX here")
    return x, moving


def forward(params, statistics, x, key, is_training):
    """Logits, and the moving statistics after this batch."""
    updated = []
    for layer, trained, moving in zip(job.layers, params, statistics):
        key, part = jax.random.split(key)
        x, moving = apply_layer(layer, trained, moving, x, part, is_training)
        updated.append(moving)
    return x, updated


optimizer = optax.adam(1e-3, eps=1e-7)


@jax.jit
def step(params, statistics, slots, x, y, key):
    def loss_of(params):
        logits, updated = forward(params, statistics, x, key, True)
        return optax.softmax_cross_entropy_with_integer_labels(logits, y).mean(), updated

    (_, updated), gradients = jax.value_and_grad(loss_of, has_aux=True)(params)
    changes, slots = optimizer.update(gradients, slots)
    return optax.apply_updates(params, changes), updated, slots


@jax.jit
def count_correct(params, statistics, x, y):
    logits, _ = forward(params, statistics, x, jax.random.key(0), False)
    return (logits.argmax(1) == y).sum()


images, labels = load_train()
test_images, test_labels = load_test()
key, initial = jax.random.split(jax.random.key(0))
params, statistics = init(initial, job.inputShape)
slots = optimizer.init(params)
for _ in range(job.epochs):
    epoch_started = time.time()
    order = np.random.permutation(len(images))
    for first in range(0, len(images), job.batchSize):
        rows = order[first : first + job.batchSize]
        key, part = jax.random.split(key)
        params, statistics, slots = step(params, statistics, slots, images[rows], labels[rows], part)
    correct = sum(
        int(count_correct(params, statistics, test_images[first : first + 1000], test_labels[first : first + 1000]))
        for first in range(0, len(test_images), 1000)
    )
    report_epoch(time.time() - epoch_started, correct / len(test_images))
with open(job.modelFile, "wb") as file:
    pickle.dump(jax.device_get((params, statistics)), file)
report_whole(jax.__version__)
