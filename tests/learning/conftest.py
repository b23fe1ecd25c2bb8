"""The digits, and a small share of them for what needs no more."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import settings

from app.learning.dataset import Digits, load
from tests.learning import mnist_files

# As in the worker: a second thread gains nothing for a network this small, and on a busy machine both only wait.
torch.set_num_threads(1)
# A busy machine is no error.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(scope="session")
def digits() -> Digits:
    return load()


@pytest.fixture(scope="session")
def few_digits(digits: Digits) -> Digits:
    """600 to learn from, in batches of 256, 256 and 88, and 200 to validate on."""
    return replace(
        digits,
        train_images=digits.train_images[:600],
        train_targets=digits.train_targets[:600],
        valid_images=digits.valid_images[:200],
        valid_targets=digits.valid_targets[:200],
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("cuda"):
                item.add_marker(pytest.mark.skip(reason="needs an NVIDIA GPU, and this machine has none"))


@pytest.fixture(scope="session")
def mnist_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MNIST's four files, as ``mnist_files`` writes them."""
    return mnist_files.write(tmp_path_factory.mktemp("mnist") / "MNIST" / "raw")


@pytest.fixture
def own_mnist_folder(mnist_folder: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(mnist_folder, tmp_path / "mnist"))
