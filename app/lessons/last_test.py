"""The last test of a recipe: on training images that it was neither learned from nor chosen by."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.handwriting.predictor import Predictor
from app.recipe import HELD_OUT

Array = NDArray[Any]


def kept_apart(arrays: Mapping[str, NDArray[np.uint8]]) -> tuple[Array, Array]:
    """Images [2038, 784], 0-255, and whether each is a 3, of the embedded digits: those that ``hold_out`` holds out."""
    images = arrays["train_images"][-HELD_OUT:].copy()  # the others need not be kept for them
    return images.reshape(len(images), -1), arrays["train_labels"][-HELD_OUT:] == 3


def share_right(predictor: Predictor, images: Array, threes: Array) -> float:
    """Of images [n, 784] those whose logit is above 0 exactly where they are 3s."""
    right = sum(
        (predictor.logit(image) > 0) == bool(three) for image, three in zip(images, threes, strict=True)
    )  # fmt: skip
    return right / len(images)
