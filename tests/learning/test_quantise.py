import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.events import Weights
from app.learning.quantise import quantise

finite = hnp.arrays(np.float32, (2, 784), elements=st.floats(-(2.0**99), 2.0**99, width=32))


@given(finite)
def test_is_off_by_at_most_half_a_scale(values: np.ndarray) -> None:
    frame = Weights.decode(quantise(torch.from_numpy(values), 7).encode(seq=3))
    assert (frame.step, frame.units, frame.height, frame.width) == (7, 2, 28, 28)
    read = np.frombuffer(frame.values, np.int8).reshape(2, 784) * frame.scale
    # A little more than half: the division is rounded to float32.
    assert np.abs(read - values.astype(np.float64)).max() <= frame.scale * 0.5001


def test_the_largest_weight_uses_the_whole_range() -> None:
    values = torch.zeros(1, 784)
    values[0, 0], values[0, 1] = -0.5, 0.25
    frame = quantise(values, 0)
    assert np.frombuffer(frame.values, np.int8)[:3].tolist() == [-127, 64, 0]
    assert frame.scale * 127 == np.float32(0.5)


def test_weights_that_are_all_zero_stay_zero() -> None:
    frame = quantise(torch.zeros(3, 784), 0)
    assert frame.values == bytes(3 * 784)
    assert frame.scale > 0
