import numpy as np
import pytest
from numpy.random import RandomState

from app.data import embedded
from scripts.builtin_model import bits

ARRAYS = embedded()


def some(digit):
    prefix = "" if digit in (3, 7) else "other_"
    images = ARRAYS[f"{prefix}train_images"][ARRAYS[f"{prefix}train_labels"] == digit][:200]
    return images.reshape(len(images), -1), np.full(len(images), digit, np.int64)


@pytest.mark.parametrize("digit", [0, 1, 7, 9])
def test_a_share_gets_more_ink_and_none_gets_less(digit):
    images, labels = some(digit)
    drawn, still = bits.add(RandomState(0), images, labels)
    assert (drawn >= images).all()
    assert 0.1 < (drawn != images).any(axis=1).mean() < 0.7
    assert np.array_equal(labels, still)


def test_more_sevens_get_a_bar_and_lower_ones_where_these_are_asked_for():
    images, labels = some(7)
    usual, low = (bits.add(RandomState(0), images, labels, low=low)[0].astype(int) - images for low in (False, True))
    assert (low.any(axis=1)).sum() > (usual.any(axis=1)).sum()
    rows = np.arange(784) // 28
    assert (low @ rows).sum() / low.sum() > (usual @ rows).sum() / usual.sum() + 0.5


def test_some_sixes_become_nines_on_their_heads():
    images, labels = some(6)
    drawn, named = bits.add(RandomState(0), images, labels)
    turned = named == 9
    assert 0.1 < turned.mean() < 0.3
    assert np.array_equal(drawn[turned], images[turned][:, ::-1])
    assert np.array_equal(drawn[~turned], images[~turned])


@pytest.mark.parametrize("digit", [2, 3, 4, 5, 8])
def test_other_digits_stay_as_they_are(digit):
    images, labels = some(digit)
    drawn, still = bits.add(RandomState(0), images, labels)
    assert np.array_equal(drawn, images)
    assert np.array_equal(still, labels)


def test_what_was_given_is_not_written_to():
    images, labels = some(7)
    before = images.copy()
    bits.add(RandomState(0), images, labels)
    assert np.array_equal(images, before)
