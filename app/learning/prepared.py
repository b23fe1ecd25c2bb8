"""What is computed of the digits before a run can begin, kept from one run to the next."""

import torch

from app.events import Baseline
from app.learning.baseline import baseline
from app.learning.dataset import Digits
from app.learning.images import Images
from app.learning.seen import seen
from app.recipe import Recipe

KEPT = 2
"""Sets of images, of some 10 MB each: runs that follow each other in a worker seldom want others."""

_Key = tuple[bool, float, int, bool, torch.device]


class Prepared:
    """The images that recipes train with and what their mean images reach, of the same digits. None of it is ever
    changed, so that a run gets the same bits whether it was there or has been computed now."""

    def __init__(self, digits: Digits) -> None:
        self.digits = digits
        self._kept: dict[_Key, tuple[Images, Baseline]] = {}

    def of(self, recipe: Recipe, device: torch.device) -> tuple[Images, Baseline]:
        key = recipe.augment, recipe.invert, recipe.seed if recipe.invert else 0, recipe.hold_out, device
        if (found := self._kept.pop(key, None)) is None:
            digits = seen(self.digits, recipe)
            found = Images(recipe, digits, device), baseline(digits)
        self._kept[key] = found  # the newest is the last
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return found
