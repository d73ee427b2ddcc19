"""A network in PyTorch. Usage: pytorch_peer.py JOB_FILE; see peer.py. All images are on the device, and images with
channels are in the memory format channels_last: these are the fastest ways in PyTorch."""

import time

from peer import job, load_test, load_train, report_epoch, report_whole

import torch
from torch import nn

device = "cuda" if job.device == "gpu" else "cpu"


def make_part(layer, channels, pixels):
    """The modules of a layer, and the channels and pixels per side that follow; a flat input has no pixels."""
    config = layer["config"]
    match layer["class_name"]:
        case "Flatten":
            return [nn.Flatten()], channels * pixels * pixels, 1
        case "Dropout":
            return [nn.Dropout(config["rate"])], channels, pixels
        case "Dense":
            activation = [nn.ReLU()] if config["activation"] == "relu" else []
            return [nn.Linear(channels, config["units"]), *activation], config["units"], 1
        case "Conv2D":
            kernel, filters, [stride, _] = config["kernel_size"][0], config["filters"], config["strides"]
            padding = kernel // 2 if config["padding"] == "same" else 0
            conv = nn.Conv2d(channels, filters, kernel, stride, padding, bias=config["use_bias"])
            return [conv], filters, (pixels + 2 * padding - kernel) // stride + 1
        case "BatchNormalization":
            norm = nn.BatchNorm2d(channels, config["epsilon"], 1 - config["momentum"])
            return [norm], channels, pixels
        case "ReLU":
            return [nn.ReLU()], channels, pixels
        case "MaxPooling2D":
            size = config["pool_size"][0]
            return [nn.MaxPool2d(size)], channels, pixels // size
        case name:
            raise ValueError(f"{name} has no counterpart in PyTorch here")


def make_model():
    modules, channels, pixels = [], 1, job.inputShape[0]
    for layer in job.layers:
        part, channels, pixels = make_part(layer, channels, pixels)
        modules += part
    for module in modules:
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.xavier_uniform_(module.weight)
        if isinstance(module, nn.Linear):
            nn.init.zeros_(module.bias)
    return nn.Sequential(*modules)


def to_device(images, labels):
    images, labels = torch.from_numpy(images).to(device), torch.from_numpy(labels).long().to(device)
    has_channels = images.dim() == 4
    return images.permute(0, 3, 1, 2) if has_channels else images, labels


model = make_model().to(device, memory_format=torch.channels_last)
run = torch.compile(model) if job.compile else model
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7, fused=True)
loss_of = nn.CrossEntropyLoss()
images, labels = to_device(*load_train())
test_images, test_labels = to_device(*load_test())

for _ in range(job.epochs):
    epoch_started = time.time()
    model.train()
    order = torch.randperm(len(images), device=device)
    for rows in order.split(job.batchSize):
        optimizer.zero_grad(set_to_none=True)
        loss_of(run(images[rows]), labels[rows]).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        correct = [
            (model(some).argmax(1) == truth).sum() for some, truth in zip(test_images.split(1000), test_labels.split(1000))
        ]
    report_epoch(time.time() - epoch_started, sum(correct).item() / len(test_labels))
torch.save(model.state_dict(), job.modelFile)
report_whole(torch.__version__)
