"""Connected pieces of a mask."""

import numpy as np
from numpy.typing import NDArray

_NEIGHBOURS = (
    ((slice(None), slice(1, None)), (slice(None), slice(None, -1))),
    ((slice(1, None), slice(None)), (slice(None, -1), slice(None))),
    ((slice(1, None), slice(1, None)), (slice(None, -1), slice(None, -1))),
    ((slice(1, None), slice(None, -1)), (slice(None, -1), slice(1, None))),
)
"""Each pixel against those to its left, above, above left and above right: pairs of slices that lie on each other."""


def label(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], int]:
    """Number the pieces of ``mask`` whose pixels touch, also by a corner: 1, 2, … in each pixel and 0 outside; and how
    many there are.

    Union-find in whole arrays: each round hangs the larger root of every touching pair under the smaller and then
    flattens the trees, so that the number of rounds grows with the logarithm of a piece's length.
    """
    index = np.arange(mask.size).reshape(mask.shape)
    pairs = []
    for here, there in _NEIGHBOURS:
        both = mask[here] & mask[there]
        pairs.append(np.stack([index[here][both], index[there][both]]))
    a, b = np.concatenate(pairs, axis=1)
    root = index.reshape(-1).copy()
    while len(a):
        low, high = np.minimum(root[a], root[b]), np.maximum(root[a], root[b])
        apart = low != high
        a, b = a[apart], b[apart]
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(upper := root[root], root):
            root = upper
    inside = mask.reshape(-1)
    labels = np.zeros(mask.size, np.intp)
    names, labels[inside] = np.unique(root[inside], return_inverse=True)
    labels[inside] += 1
    return labels.reshape(mask.shape), len(names)
