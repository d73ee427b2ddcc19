"""Loads exported models in onnxruntime, and exported weights in safetensors and numpy.
Usage: onnx_read_models.py FOLDER MNIST_FOLDER MODEL…; FOLDER has <model>.onnx, <model>.safetensors and <model>.f32."""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
import safetensors
from mnist_files import read_split
from safetensors import safe_open
from safetensors.numpy import load_file

folder, mnist = sys.argv[1], sys.argv[2]
images, _ = read_split(mnist, "t10k", 10_000)


def run_perceptron(weights):
    """Relu between dense layers and softmax at the end, using only the names in the file."""
    kernels = sorted(name for name in weights if name.endswith(".kernel"))
    activation = images.reshape(len(images), -1)
    for name in kernels:
        activation = activation @ weights[name] + weights[name.replace(".kernel", ".bias")]
        if name != kernels[-1]:
            activation = np.maximum(activation, 0)
    exponentials = np.exp(activation - activation.max(1, keepdims=True))
    return exponentials / exponentials.sum(1, keepdims=True)


results = {}
for name in sys.argv[3:]:
    expected = np.fromfile(os.path.join(folder, f"{name}.f32"), "float32").reshape(-1, 10)
    path = os.path.join(folder, f"{name}.onnx")
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (predicted,) = session.run(["probabilities"], {"images": images})
    weights = load_file(os.path.join(folder, f"{name}.safetensors"))
    metadata = session.get_modelmeta().custom_metadata_map
    with safe_open(os.path.join(folder, f"{name}.safetensors"), "numpy") as file:
        weights_metadata = file.metadata()
    is_perceptron = not any(name.endswith(".gamma") for name in weights)
    results[name] = {
        "labels": [
            {"classNames": json.loads(each["class_names"]), "white": float(each["white"])}
            for each in (metadata, weights_metadata)
        ],
        "onnxDifference": float(np.abs(predicted - expected).max()),
        "disagreements": int((predicted.argmax(1) != expected.argmax(1)).sum()),
        "numpyDifference": float(np.abs(run_perceptron(weights) - expected).max()) if is_perceptron else None,
        "shapes": {name: list(array.shape) for name, array in weights.items()},
    }
versions = {module.__name__: module.__version__ for module in (onnx, onnxruntime, safetensors, np)}
print(json.dumps({"versions": versions, "results": results}))
