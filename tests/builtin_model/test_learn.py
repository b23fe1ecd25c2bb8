"""The same command gives the same file: images and training depend on the seed alone."""

import numpy as np
import pytest
import torch

from app.data import embedded
from app.handwriting.digit_network import DigitNetwork
from scripts.builtin_model import learn
from scripts.builtin_model.batches import CHUNK, NO_DIGIT, Chunks


@pytest.fixture(scope="module")
def arrays():
    return embedded()


def test_a_chunk_is_the_same_for_its_seed_and_number(arrays):
    images, labels = Chunks(arrays, seed=1, count=3, drawings=2)[2]
    again, too = Chunks(arrays, seed=1, count=3, drawings=2)[2]
    assert torch.equal(images, again)
    assert torch.equal(labels, too)
    assert (images.shape, images.dtype, labels.shape) == ((CHUNK, 784), torch.uint8, (CHUNK,))
    assert set(labels.tolist()) == set(range(NO_DIGIT + 1))


def trained(arrays):
    return learn.settled(arrays, learn.trained(arrays, seed=3, steps=3, drawings=2), seed=3, steps=3, drawings=2)


def test_training_gives_the_same_parameters_each_time(arrays, monkeypatch):
    monkeypatch.setattr(learn, "UNCOUNTED", 0)
    one, again = (trained(arrays) for _ in range(2))
    assert all(np.array_equal(one[name], again[name]) for name in one)
    assert len(DigitNetwork(one).outputs(np.zeros(784, np.float32))) == NO_DIGIT + 1
