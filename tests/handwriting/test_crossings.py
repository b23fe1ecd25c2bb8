"""Lines across a picture go, and a digit's own strokes stay."""

import numpy as np
import pytest

from app.handwriting.crossings import crossed, without_crossings
from tests.handwriting.masks import SEVEN, box, drawn


@pytest.mark.parametrize("ends", [[(0, 20), (199, 170)], [(150, 0), (40, 199)], [(0, 199), (199, 0)]])
def test_a_line_across_the_picture_goes_and_the_strokes_that_cross_it_stay(ends):
    line = drawn(ends, width=4)
    left = without_crossings(SEVEN | line)
    assert (left & ~SEVEN).sum() < 0.1 * line.sum()
    assert (SEVEN & ~left).sum() < 0.2 * SEVEN.sum()


def test_lines_that_leave_the_picture_side_by_side_go_too():
    lines = drawn([(-5, 170), (205, 40)], [(-5, 190), (205, 55)], [(0, 60), (0, 120)], width=7)
    assert (without_crossings(SEVEN | lines) & ~SEVEN).sum() < 0.1 * lines.sum()


def test_a_line_across_a_digit_is_told_from_its_own_strokes():
    crossed_seven = SEVEN | drawn([(75, 105), (140, 100)])
    for digit in (SEVEN, crossed_seven):
        assert crossed(digit | drawn([(0, 20), (199, 170)], width=4))
        for alone in (digit, digit[box(digit)], digit[70:], digit[:140], digit[:, 80:]):
            assert not crossed(alone)
    assert not crossed(np.zeros((40, 50), bool))


def test_a_digits_own_strokes_are_no_crossings():
    whole = SEVEN[box(SEVEN)]
    cut_at_the_foot = SEVEN[:140]
    stem = drawn([(100, 0), (100, 199)])
    for ink in (whole, cut_at_the_foot, stem, stem | drawn([(0, 80), (199, 80)]), np.zeros((40, 50), bool)):
        assert np.array_equal(without_crossings(ink), ink)
