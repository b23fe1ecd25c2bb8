from pathlib import Path

import numpy as np
import pytest

from app.handwriting.reader import Reader

DATA = Path(__file__).parents[2] / "app" / "data" / "mnist_3_7.npz"


@pytest.fixture(scope="session")
def mnist() -> dict[str, np.ndarray]:
    """The embedded arrays: images [n, 28, 28] uint8 and labels."""
    with np.load(DATA) as arrays:
        return dict(arrays)


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader.built_in()
