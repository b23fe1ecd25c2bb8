"""The digits as a recipe's models meet them."""

from dataclasses import replace

from app.learning.dataset import Digits
from app.learning.inverted import inverted
from app.recipe import HELD_OUT, Recipe


def kept(digits: Digits, recipe: Recipe) -> Digits:
    """Return the digits that the recipe may know: without the last ``HELD_OUT`` training images where it holds them
    out. Raises ValueError where there are no others."""
    if not recipe.hold_out:
        return digits
    count = len(digits.train_images) - HELD_OUT
    if count < 1:
        raise ValueError(f"of {len(digits.train_images)} training images {HELD_OUT} cannot be held out")
    return replace(digits, train_images=digits.train_images[:count], train_targets=digits.train_targets[:count])


def seen(digits: Digits, recipe: Recipe) -> Digits:
    """Return the digits that are ``kept``, some of them ``inverted``: all that a recipe's training ever looks at."""
    return inverted(kept(digits, recipe), recipe)
