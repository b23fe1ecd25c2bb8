"""Connected pieces of a mask."""

import numpy as np
from numpy.typing import NDArray


def label(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Number the pieces of ``mask`` ``[h, w]`` whose pixels touch, also by a corner: 1, 2, … in each pixel and 0
    outside, in the order of their first pixels; and how many there are.

    Union-find of rows' runs of pixels, of which there are far fewer than pixels, in whole arrays: each round hangs the
    larger root of every touching pair under the smaller and then flattens the trees, so that the number of rounds grows
    with the logarithm of a piece's length.
    """
    changes = np.diff(mask.astype(np.int8), axis=1, prepend=0, append=0).reshape(-1)
    starts, ends = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
    root = np.arange(len(starts))
    a, b = _touching(starts, ends, mask.shape[1] + 1)
    while len(a):
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        apart = low != high
        a, b = a[apart], b[apart]
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(upper := root[root], root):
            root = upper
    names, numbers = np.unique(root, return_inverse=True)
    labels = np.zeros(mask.shape, np.intp)
    labels[mask] = np.repeat(numbers + 1, ends - starts)
    return labels, len(names)


def _touching(
    starts: NDArray[np.intp], ends: NDArray[np.intp], width: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of runs of which one lies in the row above the other and touches it. Rows begin every ``width`` pixels and
    have one more than can be in a run, so that no run touches one across the border."""
    first = np.searchsorted(ends, starts - width)
    count = np.searchsorted(starts, ends - width, side="right") - first
    below = np.repeat(np.arange(len(starts)), count)
    nth = np.arange(len(below)) - np.repeat(count.cumsum() - count, count)
    return below, first[below] + nth
