"""Photos of handwritten digits, made up from MNIST's: uneven light, shadows, noise, a table's edge, any ink."""

import struct
import zlib
from math import cos, sin, tau

import numpy as np
from PIL import Image, ImageFilter

from benchmarks.pictures import encoded


def bomb(width, height):
    """A PNG of some bytes that declares this size."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def written(digit, width, height, side, random):
    """How much ink is where, 0-1: the digit enlarged to ``side`` pixels, its edges sharp, turned a little, anywhere."""
    pen = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
    soft = np.asarray(pen.filter(ImageFilter.GaussianBlur(side / 60)), float) / 255
    sharp = Image.fromarray((255 / (1 + np.exp(5 - 10 * soft))).astype(np.uint8))
    sheet = Image.new("L", (width, height))
    place = random.randint(0, width - side + 1), random.randint(0, height - side + 1)
    sheet.paste(sharp.rotate(random.uniform(-8, 8), Image.Resampling.BILINEAR), place)
    return np.asarray(sheet, float) / 255


def light(width, height, random):
    """What falls on the paper: less to one side and to the corners, and in half of the photos a shadow."""
    y, x = np.mgrid[:height, :width] / max(width, height) - 0.5
    towards = random.uniform(0, tau)
    bright = 1 + 2 * random.uniform(0, 0.35) * (x * cos(towards) + y * sin(towards))
    bright *= 1 - random.uniform(0, 0.3) * (x**2 + y**2)
    if random.uniform() < 0.5:
        towards, from_middle = random.uniform(0, tau), random.uniform(-0.3, 0.3)
        into = (x * cos(towards) + y * sin(towards) - from_middle) / random.uniform(0.01, 0.1)
        bright *= 1 - random.uniform(0.2, 0.5) / (1 + np.exp(-into.clip(-50, 50)))
    return bright[..., None]


def photo(digit, random):
    """A photo of one of MNIST's digits, as a PNG or JPEG file."""
    width, height = random.randint(150, 320, size=2)
    side = int(random.uniform(0.3, 0.85) * min(width, height))
    ink = written(digit, width, height, side, random)[..., None]
    if random.uniform() < 0.8:
        paper, pen = random.uniform(0.6, 0.95), random.uniform(0, 0.35, 3)
    else:  # chalk
        paper, pen = random.uniform(0.05, 0.25), random.uniform(0.7, 1, 3)
    picture = (paper * (1 - ink) + pen * ink) * light(width, height, random)
    if random.uniform() < 0.3:  # the table's edge
        picture[:, : random.randint(2, 12)] = random.uniform(0, 0.4)
    picture += random.normal(0, random.uniform(0, 0.05), picture.shape)
    if random.uniform() < 0.7:
        return encoded(picture, "JPEG", quality=int(random.randint(40, 95)))
    return encoded(picture, compress_level=1)
