"""What is packed comes out again, whatever the frames are."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events import Weights
from app.formats.frames import FramesPacker
from tests.formats.unpack import split, unpack

SCALES = st.floats(2.0**-140, 2.0**120, width=32)
UNITS, HEIGHT, WIDTH = 2, 3, 4

frames = st.builds(
    Weights,
    step=st.integers(0, 2**32 - 1),
    scale=SCALES,
    units=st.just(UNITS),
    height=st.just(HEIGHT),
    width=st.just(WIDTH),
    output_bias=st.floats(width=32, allow_nan=False),
    bias=st.tuples(*[st.floats(width=32, allow_nan=False)] * UNITS),
    output_weight=st.tuples(*[st.floats(width=32, allow_nan=False)] * UNITS),
    values=st.binary(min_size=UNITS * HEIGHT * WIDTH, max_size=UNITS * HEIGHT * WIDTH),
)


def pack(weights: Sequence[Weights], run: str = "run") -> bytes:
    packer = FramesPacker(run)
    return b"".join(packer.add(seq, each) for seq, each in enumerate(weights, start=3))


@given(st.lists(frames, min_size=1, max_size=6))
def test_any_frames_come_out_as_they_went_in(weights: list[Weights]) -> None:
    run, unpacked = unpack(pack(weights, "0123456789abcdef"))
    assert run == "0123456789abcdef"
    assert [frame.seq for frame in unpacked] == list(range(3, 3 + len(weights)))
    for frame, original in zip(unpacked, weights, strict=True):
        assert (frame.step, frame.scale, frame.output_bias) == (original.step, original.scale, original.output_bias)
        assert (frame.bias, frame.output_weight) == (original.bias, original.output_weight)
        assert frame.values.tobytes() == original.values


def test_weights_that_stand_still_have_no_differences_though_the_scale_moves() -> None:
    """The largest weight grows and the scale with it: only what is not explained by that is written."""
    still = np.linspace(-1, 1, 23).astype(np.float32)

    def at(largest: float) -> Weights:
        whole = np.rint(np.append(still, largest) / (largest / 127)).astype(np.int8)
        return Weights(step=0, scale=largest / 127, units=1, height=4, width=6, values=whole.tobytes())

    packed = pack([at(2.0), at(2.5)])
    differences = np.frombuffer(packed[-24:-1], np.int8)  # all but the largest weight's
    assert np.abs(differences).max() <= 1


def test_frames_of_version_1_have_no_bias() -> None:
    old = Weights(step=4, scale=0.5, units=2, height=1, width=1, values=b"\x01\xff")
    ((frame,)) = unpack(pack([Weights.decode(old.encode_1(9))]))[1]
    assert [math.isnan(number) for number in (frame.output_bias, *frame.bias, *frame.output_weight)] == [True] * 5
    assert frame.values.reshape(-1).tolist() == [1, -1]


@pytest.mark.parametrize("frames", [0, 2])
def test_what_a_log_lacks_is_said_at_the_end(frames: int) -> None:
    packer = FramesPacker("run")
    weights = Weights(step=1, scale=1, units=1, height=2, width=3, values=bytes(range(6)))
    packed = b"".join(packer.add(seq, weights) for seq in range(frames)) + packer.end_damaged("“3” is missing")
    pack, damage = split(packed)
    assert damage == "“3” is missing"
    assert [frame.seq for frame in unpack(pack)[1]] == list(range(frames))


def test_a_frame_of_another_shape_is_refused() -> None:
    one, two = (Weights(step=0, scale=1, units=n, height=1, width=1, values=bytes(n)) for n in (1, 2))
    with pytest.raises(ValueError, match=r"\(2, 1, 1\) after one of \(1, 1, 1\)"):
        pack([one, two])
