"""Random distortions, after which an image lies as the product places what it reads: its box, then its centre of mass.

Each image is sampled once, at coordinates that went through every distortion, so that it is blurred once.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import pi
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from app.handwriting.ink import CENTRE, LONGER_SIDE, SIDE

_BLOCK = 128
"""Images worked on at once: what they need stays in the cache."""
_SHEET = 36
"""Pixels of the sheet on which a distorted image is measured, as large as an image's."""
_WAVES = 3
"""Half waves each way of the elastic distortion."""

Grid = tuple[Tensor, Tensor]
"""Coordinates x ``[n, 1, w]`` and y ``[n, h, 1]``, where an image reaches from -1 to 1."""


class Lean(NamedTuple):
    """How far images are turned, in degrees, and slanted, as a tangent: the standard deviations."""

    turn: float
    slant: float


LITTLE, MUCH = Lean(10, 0.26), Lean(12, 0.3)


@dataclass(frozen=True)
class Field:
    """For each of n images: where in it a point of the distorted one lies."""

    matrix: Tensor
    """``[n, 2, 2]``."""
    bend: Tensor
    """``[n, 4]``: x by y², x by y³, y by x², y by x³."""
    elastic: Tensor
    """``[n, 2, WAVES, WAVES]``: moves x and y by products of cosines."""
    phase: Tensor
    """``[n, 2, WAVES]`` of these."""

    @classmethod
    def random(cls, count: int, strength: Tensor, generator: torch.Generator, lean: Lean) -> "Field":
        """``strength`` ``[count]``: 0 leaves an image as it is, 1 is what a hand may do."""

        def normal(*shape: int) -> Tensor:
            drawn = torch.randn(count, *shape, generator=generator).clamp_(-2.5, 2.5)
            return drawn * strength.view(-1, *[1] * len(shape))

        turn, slant, size = normal(1) * lean.turn * pi / 180, normal(1) * lean.slant, normal(2) * 0.14
        cos, sin, (wide, high) = turn.cos(), turn.sin(), size.exp().T.unsqueeze(2)
        rows = (cos * wide, (slant * cos - sin) * high, sin * wide, (slant * sin + cos) * high)
        fall = torch.arange(1, _WAVES + 1).reciprocal()
        return cls(
            matrix=torch.cat(rows, 1).view(count, 2, 2),
            bend=normal(4) * 0.1,
            elastic=normal(2, _WAVES, _WAVES) * 0.045 * fall[:, None] * fall,
            phase=torch.rand(count, 2, _WAVES, generator=generator) * 2 * pi,
        )

    def at(self, grid: Grid) -> Tensor:
        """``[n, h, w, 2]``, for ``grid_sample``."""
        x, y = grid
        waves = torch.arange(1, _WAVES + 1) * (pi / 2)
        across = (x.transpose(1, 2) * waves + self.phase[:, :1]).cos()
        down = (y * waves + self.phase[:, 1:]).cos()
        moved_x, moved_y = (down @ self.elastic[:, axis] @ across.transpose(1, 2) for axis in (0, 1))
        a, b, c, d = (self.bend[:, i].view(-1, 1, 1) for i in range(4))
        bent_x = x + a * (y * y - 0.3) + b * y**3 + moved_x
        bent_y = y + c * (x * x - 0.3) + d * x**3 + moved_y
        m = self.matrix.view(-1, 4, 1, 1)
        return torch.stack((m[:, 0] * bent_x + m[:, 1] * bent_y, m[:, 2] * bent_x + m[:, 3] * bent_y), dim=3)


def distort(images: Tensor, strength: Tensor, generator: torch.Generator, lean: Lean = LITTLE) -> Tensor:
    """Images ``[n, 784]`` of 0-1 → the same, distorted by ``strength`` ``[n]`` and leaning by ``lean``, placed, their
    lines thicker or thinner. What has no ink stays so."""
    blocks = zip(images.split(_BLOCK), strength.split(_BLOCK), strict=True)  # type: ignore[no-untyped-call]
    return torch.cat([_distorted(some, strong, generator, lean) for some, strong in blocks])


def _distorted(images: Tensor, strength: Tensor, generator: torch.Generator, lean: Lean) -> Tensor:
    count = len(images)
    square = images.view(count, 1, SIDE, SIDE)
    field = Field.random(count, strength, generator, lean)
    axis = (2 * torch.arange(_SHEET) + 1 - _SHEET) / SIDE
    sheet: Grid = (axis.view(1, 1, -1).expand(count, 1, -1), axis.view(1, -1, 1).expand(count, -1, 1))
    rough = grid_sample(square, field.at(sheet), align_corners=False)[:, 0]
    scale, centre = _placing(rough, axis)
    noise = torch.randn(3, count, generator=generator).clamp_(-2, 2)
    scale = scale * (1 + 0.03 * noise[0])
    centre = centre + 0.3 * noise[1:].T * 2 / SIDE
    pixels = ((2 * torch.arange(SIDE) + 1) / SIDE - 1) - (2 * CENTRE + 1 - SIDE) / SIDE
    placed: Grid = (
        (pixels * scale[:, None] + centre[:, :1]).view(count, 1, SIDE),
        (pixels * scale[:, None] + centre[:, 1:]).view(count, SIDE, 1),
    )
    return thicken(grid_sample(square, field.at(placed), align_corners=False)[:, 0], generator).flatten(1)


def thicken(images: Tensor, generator: torch.Generator) -> Tensor:
    """Images ``[n, 28, 28]``, two in five with thicker lines and one in four with thinner ones, by up to a pixel on
    either side; never so thin that most of the ink is gone."""
    chance, amount, gamma = torch.rand(3, len(images), 1, 1, generator=generator)
    thick, thin = _neighbours(images, torch.maximum), _neighbours(images, torch.minimum)
    keeps = (thin.sum((1, 2)) > 0.45 * images.sum((1, 2))).view(-1, 1, 1)
    other = torch.where(chance < 0.4, thick, torch.where((chance > 0.75) & keeps, thin, images))
    return images.lerp(other, amount).clamp_(0, 1).pow(0.75 + 0.6 * gamma)


def _neighbours(images: Tensor, of: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    result = images
    for shifted in _shifted(images):
        result = of(result, shifted)
    return result


def _shifted(images: Tensor) -> Iterator[Tensor]:
    """By one pixel left, right, up and down; zeros come in."""
    padded = torch.nn.functional.pad(images, (1, 1, 1, 1))
    yield padded[:, 1:-1, :-2]
    yield padded[:, 1:-1, 2:]
    yield padded[:, :-2, 1:-1]
    yield padded[:, 2:, 1:-1]


def _placing(sheet: Tensor, axis: Tensor) -> tuple[Tensor, Tensor]:
    """By what ``[n]`` to scale, and where ``[n, 2]`` the centre of mass is: see ``app.handwriting.placing.place``."""
    strong = sheet >= (sheet.amax((1, 2)).clamp(min=1e-6) / 2).view(-1, 1, 1)
    sides = []
    for other in (1, 2):
        lit = strong.any(other)
        places = torch.arange(lit.shape[1])
        first = torch.where(lit, places, lit.shape[1]).amin(1)
        last = torch.where(lit, places, -1).amax(1)
        sides.append((last - first + 1).clamp(min=3))
    longer = torch.maximum(*sides).float()
    mass = sheet.sum((1, 2)).clamp(min=1e-6)
    centre = torch.stack(((sheet.sum(1) * axis).sum(1), (sheet.sum(2) * axis).sum(1)), dim=1) / mass[:, None]
    return longer / LONGER_SIDE, centre
