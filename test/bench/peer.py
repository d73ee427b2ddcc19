"""What every peer does in the same way: read its job and the images, and report. The file with the job is the first
argument; a peer prints one JSON line per epoch, then one for the whole run, from process start to saved model."""

import json
import os
import resource
import sys
import time
from types import SimpleNamespace

started = time.time()

import numpy as np

with open(sys.argv[1]) as file:
    job = SimpleNamespace(**json.load(file))


def load(split, count):
    """Images in [0, 1], float32 [count, *inputShape]; labels, int32 [count]."""
    read = lambda name, offset: np.fromfile(os.path.join(job.idxFolder, name), np.uint8, offset=offset)
    images = read(f"{split}-images-idx3-ubyte", 16).reshape(-1, *job.inputShape)[:count]
    return images.astype("float32") / 255.0, read(f"{split}-labels-idx1-ubyte", 8)[:count].astype("int32")


def load_train():
    return load("train", job.trainCount)


def load_test():
    return load("t10k", job.testCount)


def report_epoch(seconds, accuracy):
    print(json.dumps({"seconds": seconds, "accuracy": accuracy}), flush=True)


def report_whole(version):
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wholeSeconds": time.time() - started, "peakBytes": peak_bytes, "version": version}))
