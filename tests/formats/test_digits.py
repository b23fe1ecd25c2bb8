import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from app.data import embedded
from app.formats.digits import pack, unpack

SIZES = st.tuples(st.integers(0, 5), st.integers(1, 9), st.integers(1, 9))


@given(st.data(), SIZES)
def test_what_was_packed_comes_out_again(data: st.DataObject, size: tuple[int, int, int]) -> None:
    images = data.draw(arrays(np.uint8, size))
    labels = data.draw(arrays(np.uint8, size[:1]))
    again, its_labels = unpack(pack(images, labels))
    assert np.array_equal(again, images)
    assert np.array_equal(its_labels, labels)


@given(st.integers(0, 59) | st.integers(61, 80), st.binary(min_size=80, max_size=80))
def test_part_of_a_pack_is_none_and_neither_is_a_longer_one(length: int, more: bytes) -> None:
    whole = pack(np.full((4, 2, 5), 7, np.uint8), np.full(4, 3, np.uint8))
    assert len(whole) == 16 + 4 + 40
    with pytest.raises(ValueError, match="no pack of digits"):
        unpack((whole + more)[:length])


def test_labels_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"4 images have labels of shape \(3,\)"):
        pack(np.zeros((4, 28, 28), np.uint8), np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="float64 is not uint8"):
        pack(np.zeros((4, 28, 28)), np.zeros(4, np.uint8))  # type: ignore[arg-type]


def test_the_validation_images_are_mnists() -> None:
    digits = embedded()
    images, labels = unpack(pack(digits["valid_images"], digits["valid_labels"]))
    assert images.shape == (2038, 28, 28)
    assert [(labels == digit).sum() for digit in (3, 7)] == [1010, 1028]
