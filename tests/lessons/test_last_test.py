"""The last test reads the digits that ``hold_out`` holds out, and no others."""

import numpy as np
import pytest

from app.data import embedded
from app.handwriting.predictor import Predictor
from app.lessons.last_test import kept_apart, share_right
from app.recipe import HELD_OUT


def test_its_digits_are_the_last_training_images() -> None:
    arrays = embedded()
    images, threes = kept_apart(arrays)
    assert images.shape == (HELD_OUT, 784)
    assert np.array_equal(images[0], arrays["train_images"][len(arrays["train_images"]) - HELD_OUT].reshape(-1))
    assert np.array_equal(images[-1], arrays["train_images"][-1].reshape(-1))
    assert threes.sum() == 986
    assert not np.shares_memory(images, arrays["train_images"])


@pytest.mark.parametrize(("bias", "right"), [(1.0, 986), (-1.0, HELD_OUT - 986)])
def test_a_model_that_always_says_the_same_is_right_as_often_as_there_are_such_digits(bias: float, right: int) -> None:
    always = Predictor({"0.weight": np.zeros((1, 784), np.float32), "0.bias": np.array([bias], np.float32)}, "linear")
    assert share_right(always, *kept_apart(embedded())) == right / HELD_OUT
