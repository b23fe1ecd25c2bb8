import io

import numpy as np
import pytest
from PIL import Image

from app.events import Weights
from app.formats.weights import TOWARDS_3, TOWARDS_7, as_png

VALUES = np.zeros((2, 28, 28), np.int8)
VALUES[:, 0, :14], VALUES[:, 0, 14:] = 127, -127


def weights(output_weight: tuple[float, float] | None) -> Weights:
    return Weights(
        step=1,
        scale=0.1,
        units=2,
        height=28,
        width=28,
        values=VALUES.tobytes(),
        output_bias=0.0 if output_weight else None,
        bias=(0.0, 0.0) if output_weight else None,
        output_weight=output_weight,
    )


@pytest.mark.parametrize(
    ("output_weight", "second"), [((1.0, 1.0), (TOWARDS_3, TOWARDS_7)), ((1.0, -1.0), (TOWARDS_7, TOWARDS_3))]
)
def test_colour_says_towards_which_digit_a_pixel_moves_the_verdict(
    output_weight: tuple[float, float], second: tuple[tuple[int, int, int], ...]
) -> None:
    picture = np.asarray(Image.open(io.BytesIO(as_png(weights(output_weight)))))
    assert picture.shape == (28, 57, 3)
    assert [tuple(pixel) for pixel in picture[0, 13:15]] == [TOWARDS_3, TOWARDS_7]
    assert [tuple(pixel) for pixel in picture[0, 42:44]] == list(second)
    assert (picture[5] == 255).all()


def test_a_unit_of_little_weight_is_pale() -> None:
    picture = np.asarray(Image.open(io.BytesIO(as_png(weights((1.0, 0.1))))))
    assert (picture[0, 29] > 220).all()


def test_without_output_weights_colour_is_the_weights_own_sign() -> None:
    picture = np.asarray(Image.open(io.BytesIO(as_png(weights(None)))))
    assert [tuple(pixel) for pixel in picture[0, 42:44]] == [TOWARDS_3, TOWARDS_7]
