import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.handwriting.components import label


def flooded(mask):
    """Numbers by the plainest way there is: fill from each pixel not yet numbered."""
    labels, count = np.zeros(mask.shape, int), 0
    for start in zip(*np.nonzero(mask), strict=True):
        if labels[start]:
            continue
        count += 1
        waiting = [start]
        while waiting:
            row, column = waiting.pop()
            if not (0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]):
                continue
            if mask[row, column] and not labels[row, column]:
                labels[row, column] = count
                waiting += [(row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
    return labels, count


@given(arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12))))
def test_numbers_pieces_as_filling_would(mask):
    labels, count = label(mask)
    expected, expected_count = flooded(mask)
    assert count == expected_count
    assert np.array_equal(labels, expected)


def test_a_long_spiral_is_one_piece():
    mask = np.zeros((41, 41), bool)
    for ring in range(0, 20, 2):
        mask[ring, ring : 41 - ring] = mask[40 - ring, ring : 41 - ring] = True
        mask[ring : 41 - ring, ring] = mask[ring : 41 - ring, 40 - ring] = True
        mask[ring : ring + 3, ring] = True
        mask[ring + 1, ring + 1] = True
    assert label(mask)[1] == 1
