"""Wrote the Parquet files of this folder, with datasets 5.2.0 and pyarrow 26.0.1. Run it in this folder to write them again."""

import datasets
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

# Image i has the values i, i + 1, … in 2×3 pixels; the labels are 0, 1, 2, 0, 1.
images = [np.arange(i, i + 6, dtype=np.uint8).reshape(2, 3) for i in range(5)]
labels = [0, 1, 2, 0, 1]
features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=["cat", "dog", "owl"])})
rows = {"image": [Image.fromarray(image) for image in images], "label": labels}
datasets.Dataset.from_dict(rows, features=features).to_parquet("huggingface.parquet", batch_size=2)

lists = pa.table({
    "x": [image.tolist() for image in images], "y": ["a", "b", "a", "b", "b"],
    "writer": [7, 7, 8, 8, 9], "size": [{"height": 2}] * 5, "absent": [1, None, 1, 1, 1], "short": [[1, 2]] * 5,
    "far": [2**60] * 5,
})
pq.write_table(lists, "lists.parquet", compression="zstd")
