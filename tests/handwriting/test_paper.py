import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.handwriting import paper


@given(st.integers(0, 9), st.sampled_from([0, 1]), st.sampled_from([np.maximum, np.minimum]))
def test_sliding_is_the_extreme_of_every_neighbourhood(radius, axis, operation):
    values = np.random.default_rng(radius).normal(size=(7, 11)).astype(np.float32)
    expected = [
        operation.reduce(values.take(range(max(i - radius, 0), min(i + radius + 1, values.shape[axis])), axis), axis)
        for i in range(values.shape[axis])
    ]
    assert np.array_equal(paper.slide(values, radius, axis, operation), np.stack(expected, axis))


@given(st.integers(0, 9), st.sampled_from([0, 1]))
def test_a_mask_grows_by_so_many_pixels_to_both_sides(radius, axis):
    mask = np.random.default_rng(radius).random((7, 11)) < 0.1
    expected = [
        mask.take(range(max(i - radius, 0), min(i + radius + 1, mask.shape[axis])), axis).any(axis)
        for i in range(mask.shape[axis])
    ]
    grown = paper.grown(mask, axis, radius)
    assert grown.dtype == bool
    assert np.array_equal(grown, np.stack(expected, axis))


def test_closing_fills_what_is_narrow_and_leaves_steps():
    row = np.ones((1, 40), np.float32)
    row[0, 5:8] = 0.2
    row[0, 20:] = 0.5
    expected = row.copy()
    expected[0, 5:8] = 1
    assert np.array_equal(paper.close(row, 3), expected)


@pytest.mark.parametrize(("sheet", "pen"), [(0.9, 0.1), (0.8, 0.5), (0.1, 0.9)])
def test_contrast_is_none_on_paper_and_one_on_ink_in_any_light(sheet, pen):
    y, x = np.mgrid[:200, :200] / 200
    light = (1 - 0.4 * x) * np.where(y > 0.3, 0.7, 1)
    ink = np.zeros((200, 200), bool)
    ink[80:160, 95:105] = ink[80:90, 60:105] = True
    pixels = (np.where(ink, pen, sheet) * light)[..., None].astype(np.float32)
    contrast, strength = paper.contrast(pixels)
    assert contrast[ink].min() > 0.7
    assert np.quantile(contrast[~ink], 0.99) < 0.35
    assert strength > 0.2
