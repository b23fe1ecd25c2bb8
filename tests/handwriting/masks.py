"""Masks of ink that tests of what reads pictures draw."""

import numpy as np
from PIL import Image, ImageDraw


def drawn(*lines, side=200, width=6):
    """Lines ``[(x, y), …]`` as a mask."""
    sheet = Image.new("1", (side, side))
    for line in lines:
        ImageDraw.Draw(sheet).line(line, 1, width, joint="curve")
    return np.asarray(sheet)


def box(mask):
    return tuple(slice(found[0], found[-1] + 1) for found in (np.flatnonzero(mask.any(axis=a)) for a in (1, 0)))


SEVEN = drawn([(70, 60), (130, 60), (90, 150)])
