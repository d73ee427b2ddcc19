"""Makes the files of this folder: one drawing in formats for which the tests have no encoder. Needs Pillow 12 or newer."""

import struct
from pathlib import Path

from PIL import Image, ImageOps

FOLDER = Path(__file__).parent
BLACK, RED, WHITE = (0, 0, 0), (255, 0, 0), (255, 255, 255)
# Like in decode-image.test.ts: 16 by 24 pixels, in cells of 8, the block size of JPEG.
CELLS = [[BLACK, BLACK, RED], [BLACK, WHITE, WHITE]]


def draw():
    image = Image.new("RGB", (24, 16))
    for row, cells in enumerate(CELLS):
        for column, color in enumerate(cells):
            image.paste(color, (column * 8, row * 8, column * 8 + 8, row * 8 + 8))
    return image


def turned(image, orientation):
    """The image as a rotated camera stores it; applying EXIF's orientation gives `image`."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    stored = image.copy()
    stored.getexif()[0x0112] = inverse
    return ImageOps.exif_transpose(stored)


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags.tobytes()


def save(name, image, **options):
    image.save(FOLDER / name, **options)


def bmp(name, bits, compression, pixels, palette=b"", masks=b"", height=16):
    offset = 14 + 40 + len(masks) + len(palette)
    colors = len(palette) // 4
    info = struct.pack("<IiiHHIIiiII", 40, 24, height, 1, bits, compression, len(pixels), 0, 0, colors, 0)
    head = struct.pack("<2sIHHI", b"BM", offset + len(pixels), 0, 0, offset)
    (FOLDER / name).write_bytes(head + info + masks + palette + pixels)


image = draw()
rows = [[CELLS[row // 8][column // 8] for column in range(24)] for row in range(16)]
red_frame = Image.new("RGB", image.size, RED)
with_hole = image.convert("RGBA")
with_hole.putalpha(Image.eval(image.convert("L"), lambda gray: 0 if gray == 255 else 255))
indexed = image.quantize(4)
hole = indexed.getpixel((23, 15))
best = {"quality": 100, "subsampling": 0}

save("baseline.jpg", image, **best)
save("subsampled.jpg", image, quality=95)
save("progressive.jpg", image, progressive=True, **best)
save("gray.jpg", image.convert("L"), quality=100)
save("cmyk.jpg", image.convert("CMYK"), **best)
save("restart-markers.jpg", image, restart_marker_blocks=1, **best)
for orientation in range(1, 9):
    save(f"exif-{orientation}.jpg", turned(image, orientation), exif=exif(orientation), **best)
save("lossless.webp", image, lossless=True)
save("lossy.webp", image, quality=100)
save("transparent.webp", with_hole, lossless=True)
save("animated.webp", image, lossless=True, save_all=True, append_images=[red_frame])
for orientation in (3, 6):
    save(f"exif-{orientation}.webp", turned(image, orientation), lossless=True, exif=exif(orientation))
save("still.gif", indexed)
save("interlaced.gif", indexed, interlace=1)
save("transparent.gif", indexed, transparency=hole)
save("animated.gif", indexed, save_all=True, append_images=[red_frame.quantize(4)])

palette = b"\0\0\0\0" + b"\0\0\xff\0" + b"\xff\xff\xff\0" + b"\0\0\0\0"
index = {BLACK: 0, RED: 1, WHITE: 2}
bgr = [b"".join(bytes(reversed(color)) for color in row) for row in rows]
packed = [[index[color] for color in row] for row in rows]
nibbles = [bytes(16 * a + b for a, b in zip(row[::2], row[1::2], strict=True)) for row in packed]
runs = [b"".join(bytes([8, row[cell * 8]]) for cell in range(3)) + b"\0\0" for row in packed]
words = [
    b"".join(struct.pack("<H", (r >> 3) << 11 | (g >> 2) << 5 | b >> 3) for r, g, b in row) for row in rows
]
save("bottom-up-24.bmp", image)
save("palette-8.bmp", indexed)
save("bits-1.bmp", Image.new("1", (24, 16), 1))
bmp("top-down-24.bmp", 24, 0, b"".join(bgr), height=-16)
bmp("palette-4.bmp", 4, 0, b"".join(reversed(nibbles)), palette)
bmp("run-length-8.bmp", 8, 1, b"".join(reversed(runs)) + b"\0\1", palette)
bmp("bits-565.bmp", 16, 3, b"".join(reversed(words)), masks=struct.pack("<III", 0xF800, 0x07E0, 0x001F))
