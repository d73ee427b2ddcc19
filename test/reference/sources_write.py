"""Writes the same images with NumPy, pandas, pyarrow and datasets. Usage: sources_write.py IDX_FOLDER FOLDER COUNT"""

import io
import json
import os
import sys

import datasets
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

source, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])


def read(name, skip, size):
    return np.fromfile(os.path.join(source, name), np.uint8, size, offset=skip)


def in_folder(*parts):
    path = os.path.join(folder, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return path


x = {part: read(f"{name}-images-idx3-ubyte", 16, count * 784).reshape(-1, 28, 28) for part, name in (("train", "train"), ("test", "t10k"))}
y = {part: read(f"{name}-labels-idx1-ubyte", 8, count) for part, name in (("train", "train"), ("test", "t10k"))}
names = [f"digit {label}" for label in range(10)]

# The layout of Keras' mnist.npz.
keras = {"x_train": x["train"], "y_train": y["train"], "x_test": x["test"], "y_test": y["test"]}
np.savez_compressed(in_folder("keras", "mnist.npz"), **keras)
np.savez(in_folder("savez", "mnist.npz"), **keras)
np.savez(in_folder("int64", "x.npz"), x_train=x["train"].astype("int64")[..., None], y_train=y["train"].astype("int64"),
         x_test=x["test"].astype(">f4"), y_test=np.eye(10)[y["test"]])
np.savez_compressed(in_folder("texts", "x.npz"), train_images=x["train"].reshape(-1, 784), train_labels=np.array(names)[y["train"]],
                    test_images=x["test"].astype("float16"), test_labels=np.array(names, "S")[y["test"]])
fortran = np.asfortranarray(x["train"])
objects = np.array(list(y["train"]), dtype=object)
np.savez(in_folder("fortran", "x.npz"), x=fortran, y=y["train"])
np.savez(in_folder("fortran-again", "x.npz"), x=np.ascontiguousarray(fortran), y=y["train"])
np.savez(in_folder("objects", "x.npz"), x=x["train"], y=objects)
np.savez(in_folder("objects-again", "x.npz"), x=x["train"], y=np.array(objects.tolist()))
for name, array in keras.items():
    np.save(in_folder("npy", f"{name}.npy"), array)

for part in "train", "test":
    pixels = x[part].reshape(-1, 784)
    table = pd.DataFrame(pixels, columns=[f"pixel{i}" for i in range(784)])
    table.insert(0, "label", y[part])
    table.to_csv(in_folder("csv", f"{part}.csv"), index=False)
    table.to_csv(in_folder("csv-gz", f"{part}.csv.gz"), index=False, sep=";")
    plain = pd.DataFrame(pixels).assign(label=y[part])
    plain.to_csv(in_folder("csv-index", f"{part}.csv"))
    plain.to_csv(in_folder("csv-last", f"{part}.csv"), index=False, header=False)

    features = datasets.Features({"image": datasets.Image(), "label": datasets.ClassLabel(names=names)})
    rows = {"image": [Image.fromarray(image) for image in x[part]], "label": y[part].tolist()}
    hub = datasets.Dataset.from_dict(rows, features=features)
    hub.to_parquet(in_folder("datasets", "data", f"{part}-00000-of-00002.parquet"), batch_size=100) if part == "test" else [
        hub.shard(2, index, contiguous=True).to_parquet(in_folder("datasets", "data", f"train-0000{index}-of-00002.parquet"), batch_size=100)
        for index in range(2)
    ]

    def encode(image):
        buffer = io.BytesIO()
        Image.fromarray(image).save(buffer, "PNG")
        return buffer.getvalue()

    encoded = pa.table({"picture": [encode(image) for image in x[part]], "kind": np.array(names)[y[part]].tolist()})
    for codec in "none", "snappy", "gzip", "zstd", "brotli", "lz4":
        pq.write_table(encoded, in_folder(f"pyarrow-{codec}", f"{part}.parquet"), compression=codec, row_group_size=170)
    lists = pa.table({"pixels": list(pixels), "label": y[part]})
    pq.write_table(lists, in_folder("pyarrow-lists", f"{part}.parquet"), data_page_version="2.0")
    nested = pa.table({"image": [image.tolist() for image in x[part]], "label": y[part]})
    pq.write_table(nested, in_folder("pyarrow-nested", f"{part}.parquet"), row_group_size=100)

    for label in range(10):
        for row in np.flatnonzero(y[part] == label):
            Image.fromarray(x[part][row]).save(in_folder("images", part, str(label), f"{row}.png"))

for part, name in (("train", "train"), ("test", "t10k")):
    for content, magic, array in (("images-idx3", 0x803, x[part]), ("labels-idx1", 0x801, y[part])):
        header = np.array([magic, *array.shape], ">i4").tobytes()
        with open(in_folder("idx", f"{name}-{content}-ubyte"), "wb") as file:
            file.write(header + array.tobytes())

print(json.dumps({"pandas": pd.__version__, "pyarrow": pa.__version__, "datasets": datasets.__version__, "numpy": np.__version__}))
