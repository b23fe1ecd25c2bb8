"""Drawings become what MNIST would have made of them, wherever, however large and in whatever units they were drawn."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.handwriting import ink

SEVEN = np.array([[0, 0], [40, 2], [15, 90]], float)
THREE = np.array([[0, 5], [20, 0], [35, 15], [15, 30], [40, 45], [30, 70], [0, 65]], float)

coordinates = st.floats(-100, 100, allow_subnormal=False)
points = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=40).map(np.array)
drawings = st.lists(points, min_size=1, max_size=5)


def longer_side(image):
    return max(np.ptp(np.flatnonzero(image.any(axis=axis))) + 1 for axis in (0, 1))


def spread(strokes):
    return np.ptp(np.concatenate(strokes), axis=0).max()


def alike(one, other):
    """Rounding apart, the same image."""
    return np.abs(one.astype(int) - other).max() <= 2


@pytest.mark.parametrize("digit", [SEVEN, THREE])
def test_a_digit_is_as_long_and_as_centred_as_mnists(digit):
    image = ink.draw([digit])
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    assert image.max() == 255
    assert abs(longer_side(image) - 20) <= 1
    assert np.abs(ink.centre_of_mass(image) - 14.0).max() < 0.1


def test_lines_are_as_thick_as_mnists(mnist):
    real = [ink.thickness(image) for image in mnist["valid_images"]]
    drawn = [ink.thickness(ink.draw([digit])) for digit in (SEVEN, THREE)]
    assert np.abs(np.array(drawn) - np.mean(real)).max() < np.std(real)


@given(drawings)
@example([np.array([point], float) for point in ((0, 0), (0, 0), (1, 1))])  # whole corrections swing by 0.6 for ever
def test_any_drawing_has_its_longer_side(strokes):
    assume(spread(strokes) > 1e-3)
    image = ink.draw(strokes)
    centre = np.abs(ink.centre_of_mass(image) - 14.0).max()
    if image[[0, -1]].any() or image[:, [0, -1]].any():
        return  # so lopsided that it is cut off at the border
    assert abs(longer_side(image) - 20) <= 1
    assert centre < 0.2  # a digit's is closer, as above; a dot's ink depends on where in a pixel it lies


@given(drawings, st.floats(-1e3, 1e3), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_place_and_size_of_the_canvas_do_not_matter(strokes, x, y, scale):
    assume(spread(strokes) > 1)
    moved = [stroke * scale + np.array([x, y]) for stroke in strokes]
    assert alike(ink.draw(strokes), ink.draw(moved))


@given(drawings, st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=5, max_size=5))
def test_order_and_direction_of_strokes_do_not_matter(strokes, random, backwards):
    assume(spread(strokes) > 1)
    others = [stroke[::-1] if back else stroke for stroke, back in zip(strokes, backwards, strict=False)]
    random.shuffle(others)
    one, other = ink.draw(strokes), ink.draw(others)
    # Chords cut the corners elsewhere, by parts of a pixel.
    assert np.abs(one.astype(int) - other).mean() < 2


def test_a_short_line_far_away_is_drawn_as_one_nearby():
    """Its length, in parts of its distance, is near the smallest float."""
    far, near = (ink.draw([np.array([(0.0, y), (1.0, y)])]) for y in (1.1e307, 0.0))
    np.testing.assert_array_equal(far, near)


@pytest.mark.parametrize("scale", [1e306, 1e-300, 5e-324, 2.0**-1060])
def test_units_of_any_size(scale):
    with np.errstate(under="ignore"):
        image = ink.draw([SEVEN * scale])
    assert abs(longer_side(image) - 20) <= 1


def test_the_whole_range_of_floats_does_not_overflow():
    far = 1.7e308
    image = ink.draw([np.array([[-far, -far], [far, -far], [0, far]])])
    assert abs(longer_side(image) - 20) <= 1


@pytest.mark.parametrize("strokes", [[[[5, 5]]], [[[5, 5], [5, 5]]], [[[0, 0]], [[0, 0], [0, 0], [0, 0]]]])
def test_a_dot_is_a_dot_in_the_middle(strokes):
    image = ink.draw([np.array(stroke, float) for stroke in strokes])
    assert image.max() == 255
    assert 2 <= longer_side(image) <= 5
    assert np.abs(ink.centre_of_mass(image) - 14.0).max() < 0.1


@pytest.mark.parametrize("strokes", [[], [np.empty((0, 2))]])
def test_no_point_is_no_ink(strokes):
    assert not ink.draw(strokes).any()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_no_number(bad):
    with pytest.raises(ValueError, match="finite"):
        ink.draw([np.array([[0, 0], [bad, 1]])])


def test_a_third_column_is_not_ink():
    timed = np.column_stack([THREE, np.arange(len(THREE)) * 16.0])
    assert np.array_equal(ink.draw([timed]), ink.draw([THREE]))


def test_a_finer_path_is_the_same_drawing():
    at = np.linspace(0, 1, 5000)
    fine = np.stack([np.interp(at, [0, 0.5, 1], SEVEN[:, axis]) for axis in (0, 1)], axis=1)
    assert np.abs(ink.draw([fine]).astype(int) - ink.draw([SEVEN])).mean() < 2


def test_a_million_points_are_a_solid_blot():
    image = ink.draw([np.random.default_rng(0).uniform(size=(1_000_000, 2))])
    assert abs(longer_side(image) - 20) <= 1


def test_thickness_of_a_bar():
    bar = np.zeros((28, 28))
    bar[4:24, 12:16] = 255
    assert ink.thickness(bar) == pytest.approx(4, rel=0.2)
    assert ink.thickness(np.zeros((28, 28))) == 0
