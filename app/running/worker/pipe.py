"""A worker's way to tell the server."""

import os
import sys
from contextlib import suppress
from typing import BinaryIO, Self

from app.running.framing import Message, encode

if sys.platform == "linux":
    from fcntl import F_SETPIPE_SZ, fcntl

ROOM_BYTES = 1 << 20
"""What the pipe holds before training must wait for the server, which may be busy with its viewers for some
milliseconds. Linux's usual 64 kB do not hold one checkpoint; this is the most that it grants anybody."""


class Pipe:
    """``stream`` is unbuffered: what has been said stays said when the process is killed."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    @classmethod
    def instead_of_stdout(cls) -> Self:
        """From now on whatever else is printed goes to standard error, where it can spoil no message."""
        stream = os.fdopen(os.dup(1), "wb", buffering=0)
        os.dup2(2, 1)
        if sys.platform == "linux":
            with suppress(OSError):  # this user has many wide pipes already: a narrow one does as well
                fcntl(stream.fileno(), F_SETPIPE_SZ, ROOM_BYTES)
        return cls(stream)

    def say(self, message: Message) -> None:
        """Waits while the server is behind. Ends the process where the server has died: nobody is left to train for."""
        data = memoryview(encode(message))
        try:
            while data:
                data = data[self._stream.write(data) :]
        except BrokenPipeError:
            os._exit(0)
