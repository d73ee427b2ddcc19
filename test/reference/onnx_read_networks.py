"""Checks exported networks and runs them in onnxruntime.
Usage: onnx_read_networks.py FOLDER FILE…; FOLDER has the files, <network>.images.f32 and <network>.f32, the expected
predictions."""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime

folder = sys.argv[1]


def read(name):
    return np.fromfile(os.path.join(folder, name), "float32")


results = {}
for file in sys.argv[2:]:
    path = os.path.join(folder, file)
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    images = read(os.path.splitext(file)[0] + ".images.f32").reshape((-1, *session.get_inputs()[0].shape[1:]))
    expected = read(os.path.splitext(file)[0] + ".f32").reshape(len(images), -1)
    (predicted,) = session.run(["probabilities"], {"images": images})
    results[file] = {"difference": float(np.abs(predicted - expected).max())}
print(json.dumps({"results": results}))
