"""The default configuration in PyTorch, on the same IDX files. Usage: pytorch_seed.py IDX_FOLDER EPOCHS MODEL_FILE
Prints the same lines as keras_seed.py. The data is on the device, which is the fastest way in PyTorch."""

import json
import os
import resource
import sys
import time

started = time.time()
import numpy as np
import torch
from torch import nn

folder, epochs, model_file = sys.argv[1], int(sys.argv[2]), sys.argv[3]
batch_size = int(os.environ.get("BENCH_BATCH_SIZE", "512"))
device = "cuda" if os.environ.get("BENCH_DEVICE") == "gpu" else "cpu"


def read(name, offset):
    return np.fromfile(os.path.join(folder, name), np.uint8, offset=offset)


def load(split):
    images = read(f"{split}-images-idx3-ubyte", 16).reshape(-1, 784).astype("float32") / 255.0
    labels = read(f"{split}-labels-idx1-ubyte", 8).astype("int64")
    return torch.from_numpy(images).to(device), torch.from_numpy(labels).to(device)


units = [784, 1024, 512, 256, 10]
parts = []
for inputs, outputs in zip(units, units[1:]):
    parts += [nn.Dropout(0.1), nn.Linear(inputs, outputs), nn.ReLU()]
model = nn.Sequential(*parts[:-1]).to(device)
for part in model:
    if isinstance(part, nn.Linear):
        nn.init.xavier_uniform_(part.weight)
        nn.init.zeros_(part.bias)
run = torch.compile(model) if os.environ.get("BENCH_COMPILE") == "1" else model
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=device == "cuda")
loss_of = nn.CrossEntropyLoss()
images, labels = load("train")
test_images, test_labels = load("t10k")

for _ in range(epochs):
    epoch_started = time.time()
    model.train()
    order = torch.randperm(len(images), device=device)
    for rows in order.split(batch_size):
        optimizer.zero_grad(set_to_none=True)
        loss_of(run(images[rows]), labels[rows]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        accuracy = (model(test_images).argmax(1) == test_labels).float().mean().item()
    print(json.dumps({"seconds": time.time() - epoch_started, "accuracy": accuracy}), flush=True)
torch.save(model.state_dict(), model_file)
peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"wholeSeconds": time.time() - started, "peakBytes": peak_bytes, "version": torch.__version__}))
