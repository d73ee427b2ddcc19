"""Writes folders of images in every format by Pillow, and scales images by it. Prints the expected bytes as JSON."""

import base64
import json
import os
import sys

import numpy as np
from PIL import Image

random = np.random.default_rng(15)


def encode(image):
    return base64.b64encode(np.asarray(image, np.uint8).tobytes()).decode()


def save(image, *path, **options):
    name = "/".join(path)
    full = os.path.join(sys.argv[1], name)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    image.save(full, **options)
    return name


def gray_image():
    """Strokes with soft edges, on black, as in MNIST."""
    image = np.clip(random.normal(-100, 200, (28, 28)), 0, 255).astype(np.uint8)
    return Image.fromarray(image)


def color_image(height, width):
    return Image.fromarray(random.integers(0, 256, (height, width, 3), dtype=np.uint8))


formats = [("png", {}), ("bmp", {}), ("gif", {}), ("webp", {"lossless": True, "exact": True})]
expected = {"gray": {}, "color": {}, "scaled": []}

for extension, options in formats:
    for label in range(3):
        for index in range(4):
            image = gray_image()
            # A GIF has a palette, and WebP has colors only.
            written = image.convert("RGB") if extension == "webp" else image
            name = save(written, "gray", str(label), f"{index}.{extension}", **options)
            expected["gray"][name.removeprefix("gray/")] = encode(image)

for extension, options in [each for each in formats if each[0] != "gif"]:
    for label in "ab":
        image = color_image(9, 11)
        name = save(image, "color", label, f"1.{extension}", **options)
        expected["color"][name.removeprefix("color/")] = encode(image)
# A palette, which is exact with at most 256 colors.
palette = color_image(9, 11).quantize(16)
save(palette, "color", "b", "palette.gif")
expected["color"]["b/palette.gif"] = encode(palette.convert("RGB"))
save(palette, "color", "b", "palette.png")
expected["color"]["b/palette.png"] = encode(palette.convert("RGB"))


def scale_to_fit(image, size):
    """The exact mean over areas: enlarged to a common multiple, then reduced by Pillow's own box average."""
    scale = min(size / image.width, size / image.height)
    width = max(1, int(image.width * scale + 0.5))
    height = max(1, int(image.height * scale + 0.5))
    large = image.resize((image.width * width, image.height * height), Image.NEAREST)
    scaled = large.reduce((image.width, image.height))
    whole = Image.new("RGB", (size, size))
    whole.paste(scaled, ((size - width) // 2, (size - height) // 2))
    return whole


for height, width, size in [(64, 64, 32), (30, 30, 28), (50, 31, 28), (17, 90, 32), (20, 20, 28), (1, 7, 5), (224, 160, 64)]:
    image = color_image(height, width)
    case = {"shape": [height, width], "size": size, "image": encode(image), "area": encode(scale_to_fit(image, size))}
    if height == width and height % size == 0:
        case["box"] = encode(image.resize((size, size), Image.BOX))
    expected["scaled"].append(case)

print(json.dumps(expected))
