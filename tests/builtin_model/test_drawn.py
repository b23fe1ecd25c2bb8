import numpy as np
import pytest
from numpy.random import RandomState

from app.handwriting import ink
from scripts.builtin_model import drawn
from scripts.builtin_model.outlines import DIGITS, LETTERS

OUTLINES = [outline for signs in (DIGITS, LETTERS) for several in signs.values() for outline in several]


def test_every_outline_is_drawn_placed():
    for outline in OUTLINES:
        image = ink.draw(drawn.by_hand(RandomState(0), outline))
        assert np.abs(ink.centre_of_mass(image) - ink.CENTRE).max() < 0.5, outline


def test_a_curve_goes_through_its_points_and_keeps_its_corners():
    points = np.array([[0, 0], [6, 0], [6, 0], [3, 9]], float)
    line = drawn.curve(points)
    assert all((np.abs(line - point).max(axis=1) < 1e-9).any() for point in points)
    assert line[:, 1].min() >= -1e-9  # a smooth turn at the corner would swing out above it


@pytest.mark.parametrize("digit", DIGITS)
def test_drawings_are_never_twice_alike_but_the_same_for_a_seed(digit):
    one, which = drawn.images(RandomState(1), DIGITS[digit], 12)
    again, _ = drawn.images(RandomState(1), DIGITS[digit], 12)
    assert np.array_equal(one, again)
    assert len(np.unique(one, axis=0)) == 12
    assert set(which) == set(range(min(12, len(DIGITS[digit]))))
