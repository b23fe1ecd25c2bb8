import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from app.events import Weights
from app.learning.quantise import quantise


def model(values: torch.Tensor) -> dict[str, torch.Tensor]:
    """A model with this first layer."""
    units = len(values)
    of_output = {"2.weight": torch.ones(1, units), "2.bias": torch.zeros(1)}
    return {"0.weight": values, "0.bias": torch.zeros(units), **of_output}


finite = hnp.arrays(np.float32, (2, 784), elements=st.floats(-(2.0**99), 2.0**99, width=32))


@given(finite)
def test_is_off_by_at_most_half_a_scale(values: np.ndarray) -> None:
    frame = Weights.decode(quantise(model(torch.from_numpy(values)), 7).encode(seq=3))
    assert (frame.step, frame.units, frame.height, frame.width) == (7, 2, 28, 28)
    read = np.frombuffer(frame.values, np.int8).reshape(2, 784) * frame.scale
    # A little more than half: the division is rounded to float32.
    assert np.abs(read - values.astype(np.float64)).max() <= frame.scale * 0.5001


def test_the_largest_weight_uses_the_whole_range() -> None:
    values = torch.zeros(1, 784)
    values[0, 0], values[0, 1] = -0.5, 0.25
    frame = quantise(model(values), 0)
    assert np.frombuffer(frame.values, np.int8)[:3].tolist() == [-127, 64, 0]
    assert np.float32(frame.scale * 127) == np.float32(0.5)


def test_weights_that_are_all_zero_stay_zero() -> None:
    frame = quantise(model(torch.zeros(3, 784)), 0)
    assert frame.values == bytes(3 * 784)
    assert frame.scale > 0


def test_a_frame_carries_what_colours_and_sorts_its_units() -> None:
    named = {
        "0.weight": torch.ones(2, 784),
        "0.bias": torch.tensor([0.25, -1.0]),
        "2.weight": torch.tensor([[3.0, -4.0]]),
        "2.bias": torch.tensor([0.5]),
    }
    frame = quantise(named, 9, "a1b2").encode(seq=12)
    assert len(frame) == 44 + 8 * 2 + 2 * 784
    read = Weights.decode(frame)
    assert (read.run, read.step, read.output_bias, read.bias, read.output_weight) == (
        "a1b2", 9, 0.5, (0.25, -1.0), (3.0, -4.0),
    )  # fmt: skip
    older = Weights.version_1(frame)
    assert older == read.encode_1(seq=12) == Weights.version_1(older)
    assert (Weights.decode(older).values, Weights.decode(older).bias) == (read.values, None)
