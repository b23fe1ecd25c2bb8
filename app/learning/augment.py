"""Random shifts, turns, scales and slants, so that no training image is met twice alike."""

from math import pi

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

TURN = 12 * pi / 180
"""Radians, either way."""
SCALE = 0.12
"""The share by which an image is made larger or smaller, in each direction by itself."""
SLANT = 0.2
"""Sideways by how much of the height, either way."""
SHIFT = 2 / 14
"""Two pixels of 28 each way, in ``affine_grid``'s unit of half an image."""


def transforms(count: int, generator: torch.Generator) -> Tensor:
    """As many random affine maps [count, 2, 3], float32, on the generator's device.

    Drawn for a whole epoch at once: a draw per batch on the CPU would be a copy to the device per batch.
    """
    turn, wide, high, slant, x, y = torch.rand(6, count, generator=generator).mul_(2).sub_(1)
    turn, slant = turn * TURN, slant * SLANT
    wide, high = 1 + wide * SCALE, 1 + high * SCALE
    cos, sin = turn.cos(), turn.sin()
    rows = (cos * wide, (slant * cos - sin) * high, x * SHIFT, sin * wide, (slant * sin + cos) * high, y * SHIFT)
    return torch.stack(rows, 1).view(count, 2, 3)


def warp(images: Tensor, maps: Tensor) -> Tensor:
    """Images [n, 784], float32, each seen through its own map [n, 2, 3]; what comes in from outside is blank."""
    square = images.view(-1, 1, 28, 28)
    grid = affine_grid(maps, list(square.shape), align_corners=False)
    return grid_sample(square, grid, padding_mode="zeros", align_corners=False).flatten(1)
