"""The digits that come with the package, as numpy arrays: for the learner, and for a server without PyTorch."""

import hashlib
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EMBEDDED = Path(__file__).parent / "mnist_3_7.npz"
SHA256 = "b48d51a2a9f196d29e98817beca5fce320e542926ca46d2d6c9283d4d82bd8fd"

Arrays = Mapping[str, NDArray[np.uint8]]
"""``train_images`` [12396, 28, 28] and ``train_labels`` [12396] (3 or 7), ``valid_images`` and ``valid_labels`` [2038],
and the same four with ``other_`` before them for a sample of the other digits."""


class Damaged(Exception):
    """The file is not the one that was packaged."""


def embedded() -> Arrays:
    """Raises Damaged, OSError."""
    data = EMBEDDED.read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise Damaged(f"{EMBEDDED} is damaged: install the package again")
    with np.load(io.BytesIO(data)) as arrays:
        return dict(arrays)
