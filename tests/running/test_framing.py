from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.record import Record
from app.running.framing import MESSAGE_BYTES, Broke, Decoder, FramingError, Message, Ready, encode

UINT32 = st.integers(0, 2**32 - 1)
RECORDS = st.builds(
    Record,
    seq=UINT32,
    type=st.text(max_size=20),
    step=st.none() | st.integers(0, 2**62),
    data=st.binary(max_size=300),
)
CHECKPOINTS = st.builds(Checkpoint, step=UINT32, epoch=UINT32, kept=st.booleans(), data=st.binary(max_size=300))
READY = st.builds(Ready, st.lists(st.text(max_size=9), max_size=3).map(tuple))
MESSAGES = st.lists(RECORDS | CHECKPOINTS | READY | st.builds(Broke, st.text(max_size=80)), max_size=12)


@settings(deadline=None)
@given(MESSAGES, st.lists(st.integers(0, 3000), max_size=12))
def test_what_was_said_is_heard_whatever_pieces_it_comes_in(messages: list[Message], cuts: list[int]) -> None:
    data = b"".join(encode(message) for message in messages)
    ends = [*sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder, heard, begin = Decoder(), [], 0
    for end in ends:
        heard += decoder.feed(data[begin:end])
        begin = end
    assert heard == messages


@settings(deadline=None)
@given(MESSAGES, st.data())
def test_a_message_cut_short_is_not_heard(messages: list[Message], data: st.DataObject) -> None:
    said = [encode(message) for message in messages]
    whole = b"".join(said)
    cut = data.draw(st.integers(0, len(whole)))
    heard = Decoder().feed(whole[:cut])
    assert heard == messages[: len(heard)]
    assert sum(map(len, said[: len(heard)])) <= cut


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_anything_else_is_refused_as_such(data: bytes) -> None:
    with suppress(FramingError):
        Decoder().feed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0",
        (MESSAGE_BYTES + 1).to_bytes(4, "little"),
        b"\x01\0\0\0?",
        b"\x01\0\0\0e",
        b"\x02\0\0\0r1",
        b"Traceback (most recent call last)",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(FramingError):
        Decoder().feed(data)
