"""Viewers of every temper on one run, over a real history."""

import asyncio
import json
import struct
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from app.events import Event
from app.history.history import History
from app.web.pump import Pumps
from tests.history.logs import finished, numbered, queued, started, steps, weights, whole_run
from tests.web.frames import parsed


class Gone(Exception):
    pass


class Viewer:
    """``takes``: whether its socket has room, each time it is asked in turn."""

    def __init__(self, takes: Iterator[bool]) -> None:
        self._takes = takes
        self.seqs: list[int] = []

    async def send(self, message: Message) -> None:
        await asyncio.sleep(0)
        self._got(message["bytes"] if "bytes" in message else message["text"].encode())

    def write(self, frames: bytes) -> bool:
        if not next(self._takes):
            return False
        for frame in parsed(frames):
            self._got(bytes(frame.data))
        return True

    def _got(self, data: bytes) -> None:
        binary = data.startswith(b"W37")
        self.seqs.append(struct.unpack_from("<I", data, 4)[0] if binary else json.loads(data)["seq"])


async def played(log: list[Event], pieces: list[int], viewers: list[Viewer], after: list[int]) -> list[int]:
    """A run logged in pieces of so many records, each viewer coming with its own cursor; what each was told is last."""
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history, Pumps.open(history) as pumps:
            await history.create(queued())
            watching = [
                asyncio.create_task(pumps.watch("run", cursor, viewer.send, viewer.write))
                for viewer, cursor in zip(viewers, after, strict=True)
            ]
            records, sizes = numbered(log), cycle(pieces)
            while records:
                size = next(sizes)
                await history.append("run", records[:size])
                records = records[size:]
                await asyncio.sleep(0)
            return await asyncio.wait_for(asyncio.gather(*watching), 30)


TEMPERS = st.lists(st.booleans(), min_size=1, max_size=8)


@settings(max_examples=25)
@given(
    pieces=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    tempers=st.lists(st.tuples(TEMPERS, st.integers(0, 25)), min_size=1, max_size=5),
)
def test_each_gets_everything_once_and_in_order_however_slow(
    pieces: list[int], tempers: list[tuple[list[bool], int]]
) -> None:
    log = whole_run(epochs=4)
    binary = {record.seq for record in numbered(log) if record.binary}
    viewers = [Viewer(cycle(takes)) for takes, _ in tempers]
    last = asyncio.run(played(log, pieces, viewers, [after for _, after in tempers]))
    for viewer, (takes, after), told in zip(viewers, tempers, last, strict=True):
        assert viewer.seqs == sorted(set(viewer.seqs))
        left_out = set(range(after + 1, len(log) + 2)) - set(viewer.seqs)
        assert left_out <= binary, "only weights may be left out"
        assert not (all(takes) and left_out), "and only for those that lag"
        assert all(any(seq in binary and seq > out for seq in viewer.seqs) for out in left_out), "and for newer ones"
        assert told == max(len(log) + 1, after)


def test_a_crowd_too_large_for_all_weights_gets_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    log = whole_run(epochs=4)
    weights = sum(len(record.data) for record in numbered(log) if record.binary)
    few, crowd = ([Viewer(cycle([True])) for _ in range(count)] for count in (2, 3))
    monkeypatch.setattr("app.web.pump.WEIGHTS_AT_ONCE", 2 * weights)
    for viewers, everything in ((few, True), (crowd, False)):
        asyncio.run(played(log, [len(log)], viewers, [1] * len(viewers)))
        for viewer in viewers:
            assert (viewer.seqs == list(range(2, len(log) + 2))) is everything
            assert viewer.seqs[-1] == len(log) + 1


@pytest.mark.anyio
async def test_a_socket_that_takes_no_frames_gets_them_by_asgi() -> None:
    """Behind another server than ours."""
    log = whole_run()
    viewer = Viewer(cycle([True]))
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history, Pumps.open(history) as pumps:
            await history.create(queued())
            watching = asyncio.create_task(pumps.watch("run", 0, viewer.send, None))
            for record in numbered(log):
                await history.append("run", [record])
            await asyncio.wait_for(watching, 30)
    assert viewer.seqs == list(range(1, len(log) + 2))


@pytest.mark.anyio
async def test_a_viewer_that_leaves_takes_nobody_with_it() -> None:
    class Leaver(Viewer):
        async def send(self, message: Message) -> None:
            raise Gone

    stays, leaves = Viewer(cycle([True])), Leaver(cycle([True, False]))
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history, Pumps.open(history) as pumps:
            await history.create(queued())
            staying = asyncio.create_task(pumps.watch("run", 1, stays.send, stays.write))
            leaving = asyncio.create_task(pumps.watch("run", 1, leaves.send, leaves.write))
            await asyncio.sleep(0)
            for record in numbered([started(), steps(1), weights(1), steps(2), finished(2)]):
                await history.append("run", [record])
            with suppress(Gone):
                await asyncio.wait_for(leaving, 30)
                pytest.fail("a send that raises is not swallowed")
            await asyncio.wait_for(staying, 30)
    assert stays.seqs == [2, 3, 4, 5, 6]


@pytest.mark.anyio
async def test_when_the_log_cannot_be_read_its_viewers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pump that an error ended leaves nobody waiting for ever."""
    viewer = Viewer(cycle([True]))
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history, Pumps.open(history) as pumps:
            await history.create(queued())
            watching = asyncio.create_task(pumps.watch("run", 1, viewer.send, viewer.write))
            await asyncio.sleep(0)

            async def fails(*_: object) -> None:
                raise OSError("the disk is gone")

            monkeypatch.setattr(history, "read", fails)
            await history.append("run", numbered([started()]))
            with pytest.raises(OSError, match="the disk is gone"):
                await asyncio.wait_for(watching, 30)
