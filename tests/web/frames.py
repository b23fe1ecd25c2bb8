"""WebSocket frames, read by the `websockets` library's own parser."""

from collections.abc import Generator
from typing import TypeVar

from websockets.frames import Frame
from websockets.streams import StreamReader

T = TypeVar("T")


def parsed(data: bytes) -> list[Frame]:
    """Every frame in ``data``, which must hold whole ones only."""
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    frames = []
    while not _value(reader.at_eof()):
        frames.append(_value(Frame.parse(reader.read_exact, mask=False)))
    return frames


def _value(generator: Generator[None, None, T]) -> T:
    """What a parser returns that has all the bytes it needs."""
    while True:
        try:
            next(generator)
        except StopIteration as done:
            value: T = done.value
            return value
