"""Reads a shard with NumPy and normalizes the raw rows with NumPy. Usage: numpy_shard.py SHARD IDX_IMAGES FIRST_ROW"""

import json
import sys

import numpy as np

shard, idx_images, first_row = sys.argv[1], sys.argv[2], int(sys.argv[3])
with np.load(shard) as arrays:
    x, y = arrays["x"], arrays["y"]
raw = np.fromfile(idx_images, np.uint8, offset=16).reshape(-1, *x.shape[1:])[first_row : first_row + len(x)]
expected = raw.astype("float32") / np.float32(255)
print(
    json.dumps(
        {
            "shapes": [list(x.shape), list(y.shape)],
            "dtypes": [str(x.dtype), str(y.dtype)],
            "bitsDiffer": int((x.view("uint32") != expected.view("uint32")).sum()),
            "labelSum": int(y.sum()),
            "numpy": np.__version__,
        }
    )
)
