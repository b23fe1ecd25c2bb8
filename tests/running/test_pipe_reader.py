"""What another process writes to a pipe."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from socket import recv_fds, send_fds, socketpair
from threading import Event, Thread

import pytest

from app.running.pipe_reader import PipeReader

FILES, ROUNDS = 200, 1_000
"""So many files are opened by one call of the system, and so many pipes closed meanwhile: by uvloop's own transports
that lost one each time it was tried."""

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True}), ("asyncio", {"use_uvloop": False})]),
]


@contextmanager
def pipe() -> Iterator[tuple[PipeReader, int]]:
    """Its end to read, and the descriptor to write to."""
    reads, writes = os.pipe()
    reader = PipeReader(reads)
    try:
        yield reader, writes
    finally:
        reader.close()
        os.close(writes)


async def test_what_is_written_comes_in_order_and_then_the_end() -> None:
    reads, writes = os.pipe()
    reader = PipeReader(reads)
    os.write(writes, b"threeseven")
    assert (await reader.read(5), await reader.read(100)) == (b"three", b"seven")
    waiting = await begun(reader)
    os.write(writes, b"more")
    assert await waiting == b"more"
    waiting = await begun(reader)
    os.close(writes)
    assert await waiting == b""
    assert await reader.read(100) == b""
    reader.close()


async def test_a_reading_that_is_given_up_loses_nothing() -> None:
    with pipe() as (reader, writes):
        waiting = await begun(reader)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        os.write(writes, b"more")
        assert await reader.read(100) == b"more"


async def test_to_close_it_ends_a_reading() -> None:
    with pipe() as (reader, _):
        waiting = await begun(reader)
        reader.close()
        assert await waiting == b""
        assert await reader.read(100) == b""


async def test_no_descriptor_is_closed_that_another_thread_has_opened_since() -> None:
    with opening_files_in_a_thread() as lost:
        for _ in range(ROUNDS):
            with pipe() as (reader, writes):
                waiting = await begun(reader)
                os.write(writes, b"more")
                await waiting
    assert not lost


async def begun(reader: PipeReader) -> asyncio.Task[bytes]:
    task = asyncio.create_task(reader.read(100))
    await asyncio.sleep(0)
    assert not task.done()
    return task


@contextmanager
def opening_files_in_a_thread() -> Iterator[list[int]]:
    """All the time, and closing them: gives those that somebody else has closed."""
    lost: list[int] = []
    ended = Event()

    def open_and_close() -> None:
        with ExitStack() as stack:
            null = stack.enter_context(open(os.devnull))
            ours, theirs = map(stack.enter_context, socketpair())
            while not ended.is_set():
                send_fds(ours, [b"\n"], [null.fileno()] * FILES)
                for each in recv_fds(theirs, 1, FILES)[1]:
                    try:
                        os.close(each)
                    except OSError:
                        lost.append(each)

    thread = Thread(target=open_and_close)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()
