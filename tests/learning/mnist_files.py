"""MNIST's four files with blank images, which gzip to nothing."""

import gzip
from pathlib import Path

import numpy as np

from app.learning.mnist import SPLITS
from tests.learning.test_idx import idx_bytes


def labels(split: str) -> np.ndarray:
    """As many of the digits as MNIST has of 3s and 7s, and enough of the others."""
    counts = SPLITS[split]
    threes = counts.threes_and_sevens // 2
    others = np.resize(np.array([0, 1, 2, 4, 5, 6, 8, 9], np.uint8), counts.images - counts.threes_and_sevens)
    sevens = counts.threes_and_sevens - threes
    return np.concatenate([np.full(threes, 3, np.uint8), others, np.full(sevens, 7, np.uint8)])


def write(folder: Path) -> Path:
    """Gzipped, in this folder. The first pixel of every image is its label, so that images can be told apart."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, counts in SPLITS.items():
        which = labels(split)
        images = np.zeros((counts.images, 28, 28), np.uint8)
        images[:, 0, 0] = which
        for name, array in ((f"{counts.prefix}-images-idx3", images), (f"{counts.prefix}-labels-idx1", which)):
            (folder / f"{name}-ubyte.gz").write_bytes(gzip.compress(idx_bytes(array), compresslevel=1))
    return folder
