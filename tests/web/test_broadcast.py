"""Viewers of every temper on one run, over a real history."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, cycle
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Opcode

from app.events import Event, Weights
from app.history.history import History
from app.record import Record
from app.web.broadcast import Broadcasts
from app.web.frames import Form
from app.web.run_log import RunLog
from tests.history.logs import finished, numbered, queued, started, steps, weights, whole_run
from tests.web.frames import parsed

OLD = Form()
NAMED = Form(named=True, weights=2)


class Viewer:
    """A socket. ``takes``: whether it has room, each time it is asked in turn; ``leaves``: after so many frames."""

    def __init__(self, takes: Iterator[bool], form: Form = OLD, leaves: int | None = None) -> None:
        self._takes = takes
        self._leaves = leaves
        self.form = form
        self.seqs: list[int] = []
        self.texts: list[dict[str, object]] = []
        self.images: list[bytes] = []
        self.largest = 0

    @property
    def gone(self) -> bool:
        return self._leaves is not None and len(self.seqs) >= self._leaves

    async def room(self) -> None:
        await asyncio.sleep(0)
        if self.gone:
            raise ConnectionError("left")

    def write(self, frames: bytes) -> bool:
        if self.gone or not next(self._takes):
            return False
        self.largest = max(self.largest, len(frames))
        for frame in parsed(frames):
            data = bytes(frame.data)
            if frame.opcode is Opcode.BINARY:
                self.images.append(data)
                self.seqs.append(int.from_bytes(data[4:8] if data[3] == 1 else data[20:24], "little"))
            else:
                found = json.loads(data)
                texts = found if isinstance(found, list) else [found]
                assert len(texts) == 1 or self.form.joined
                self.texts += texts
                self.seqs += (text["seq"] for text in texts)
        return True


@asynccontextmanager
async def a_run() -> AsyncIterator[tuple[History, Broadcasts]]:
    with TemporaryDirectory() as folder:
        async with History.open(f"sqlite:///{folder}/threeseven.db") as history, Broadcasts.open() as broadcasts:
            await history.create(queued())
            yield history, broadcasts


def watch(history: History, broadcasts: Broadcasts, viewer: Viewer, after: int = 0) -> "asyncio.Task[int]":
    return asyncio.create_task(broadcasts.send("run", RunLog(history, "run"), after, viewer, viewer.form))


async def played(log: list[Event], pieces: list[int], viewers: list[Viewer], after: list[int]) -> list[int]:
    """A run logged in pieces of so many records, each viewer coming with its own cursor; what each was told is last."""
    async with a_run() as (history, broadcasts):
        watching = [watch(history, broadcasts, *each) for each in zip(viewers, after, strict=True)]
        records, sizes = numbered(log), cycle(pieces)
        while records:
            size = next(sizes)
            await history.append("run", records[:size])
            records = records[size:]
            await asyncio.sleep(0)
        return await asyncio.wait_for(asyncio.gather(*watching), 30)


TYPES = ["RunQueued", "RunStarted", "Steps", "EpochEnded", "CheckpointSaved", "RunFinished", "Weights"]
FORMS = st.builds(
    Form,
    named=st.booleans(),
    weights=st.sampled_from([1, 2]),
    types=st.none() | st.frozensets(st.sampled_from(TYPES), min_size=1),
    joined=st.booleans(),
)
TEMPERS = st.lists(st.booleans(), min_size=1, max_size=8).filter(any)


@settings(max_examples=40)
@given(
    pieces=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    tempers=st.lists(st.tuples(TEMPERS, st.integers(0, 25), FORMS), min_size=1, max_size=5),
    breath=st.integers(1, 6),
)
def test_each_gets_what_it_asked_for_once_and_in_order_however_slow(
    pieces: list[int], tempers: list[tuple[list[bool], int, Form]], breath: int
) -> None:
    log = whole_run(epochs=4)
    records = numbered([queued(), *log], 1)
    viewers = [Viewer(cycle(takes), form) for takes, _, form in tempers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.web.broadcast.BREATH", breath)
        patch.setattr("app.web.broadcast.JOINED_PIECE_BYTES", 2000)
        last = asyncio.run(played(log, pieces, viewers, [after for _, after, _ in tempers]))
    for viewer, (takes, after, form), told in zip(viewers, tempers, last, strict=True):
        wanted = {r.seq for r in records if r.seq > after and (form.types is None or r.type in form.types)}
        images = {r.seq for r in records if r.binary}
        assert viewer.seqs == sorted(set(viewer.seqs))
        assert set(viewer.seqs) <= wanted
        left_out = wanted - set(viewer.seqs)
        assert left_out <= images, "only weights may be left out"
        assert not (all(takes) and left_out), "and only for those that lag"
        assert all(any(seq in images and seq > out for seq in viewer.seqs) for out in left_out), "and for newer ones"
        assert told == len(log) + 1
        assert all(("run" in text) is (form.named or text["type"] in TYPES[:2]) for text in viewer.texts)
        assert all(image[3] == form.weights for image in viewer.images)


def test_a_named_frame_is_the_stored_one_with_its_run() -> None:
    log = whole_run()
    viewers = [Viewer(cycle([True]), form) for form in (OLD, NAMED)]
    asyncio.run(played(log, [3], viewers, [0, 0]))
    plain, named = (viewer.texts for viewer in viewers)
    assert named == [{"run": "run", **text} for text in plain]


def test_weights_of_an_older_log_get_their_runs_name_but_no_biases() -> None:
    viewer = Viewer(cycle([True]), NAMED)
    old = weights(0)
    assert old.bias is None
    asyncio.run(played([started(), old, finished(0)], [3], [viewer], [0]))
    (image,) = viewer.images
    got = Weights.decode(image)
    assert (got.run, got.step, got.scale, got.values) == ("run", 0, old.scale, old.values)
    assert got.bias is not None
    assert all(number != number for number in (*got.bias, got.output_bias))


def test_a_crowd_too_large_for_all_weights_gets_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    log = whole_run(epochs=4)
    size = sum(len(record.data) for record in numbered(log) if record.binary)
    few, crowd = ([Viewer(cycle([True])) for _ in range(count)] for count in (2, 3))
    monkeypatch.setattr("app.web.broadcast.WEIGHTS_AT_ONCE", 2 * size)
    for viewers, everything in ((few, True), (crowd, False)):
        asyncio.run(played(log, [len(log)], viewers, [1] * len(viewers)))
        for viewer in viewers:
            assert (viewer.seqs == list(range(2, len(log) + 2))) is everything
            assert viewer.seqs[-1] == len(log) + 1


@pytest.mark.anyio
async def test_what_comes_during_a_round_reaches_those_whose_turn_is_later_in_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.web.broadcast.BREATH", 1)
    viewers = [Viewer(cycle([True])) for _ in range(3)]
    records = numbered([started(), steps(1), steps(2), finished(2)])
    written: list[tuple[int, list[int]]] = []  # whom, and which records at once
    async with a_run() as (history, broadcasts):
        read = history.read

        async def read_while_more_comes(run: str, after: int, *rest: Any) -> list[Record]:
            written.extend((i, v.seqs.copy()) for i, v in enumerate(viewers) if v.seqs and (i, v.seqs) not in written)
            if records and written:
                await history.append("run", [records.pop(0)])
            return await read(run, after, *rest)

        watching = [watch(history, broadcasts, viewer, 1) for viewer in viewers]
        await asyncio.sleep(0)
        monkeypatch.setattr(history, "read", read_while_more_comes)
        await history.append("run", [records.pop(0)])
        await asyncio.wait_for(asyncio.gather(*watching), 30)
    assert written[:3] == [(0, [2]), (1, [2, 3]), (2, [2, 3, 4])]
    assert all(viewer.seqs == [2, 3, 4, 5] for viewer in viewers)


def test_who_catches_up_is_given_small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.web.broadcast.PIECE_BYTES", 3000)

    async def late() -> Viewer:
        log = [started(), *(weights(step) for step in range(20)), finished(20)]
        async with a_run() as (history, broadcasts):
            await history.append("run", numbered(log))
            viewer = Viewer(cycle([True, False, False]))
            assert await asyncio.wait_for(watch(history, broadcasts, viewer), 30) == 23
        return viewer

    viewer = asyncio.run(late())
    assert viewer.seqs == list(range(1, 24))
    assert viewer.largest < 3500


@pytest.mark.anyio
@pytest.mark.parametrize("leaves", [False, True])
async def test_of_joined_texts_the_next_piece_is_read_while_one_is_written(
    monkeypatch: pytest.MonkeyPatch, leaves: bool
) -> None:
    monkeypatch.setattr("app.web.broadcast.JOINED_PIECE_BYTES", 1000)
    log = [started(), *(steps(step) for step in range(1, 31)), finished(30)]
    read_from: list[int] = []
    viewer = Viewer((len(read_from) > 1 for _ in count()), Form(True, 2, joined=True), leaves=3 if leaves else None)
    async with a_run() as (history, broadcasts):
        await history.append("run", numbered(log))
        read = history.read

        async def noted(run: str, after: int, *rest: Any) -> list[Record]:
            read_from.append(after)
            return await read(run, after, *rest)

        monkeypatch.setattr(history, "read", noted)
        before = asyncio.all_tasks()
        watching = watch(history, broadcasts, viewer)
        if leaves:
            with pytest.raises(ConnectionError, match="left"):
                await asyncio.wait_for(watching, 10)
        else:
            assert await asyncio.wait_for(watching, 10) == 33
            assert viewer.seqs == list(range(1, 34))
            assert read_from == sorted(set(read_from)), "nothing is read twice"
        assert asyncio.all_tasks() == before


@pytest.mark.anyio
async def test_a_viewer_that_leaves_takes_nobody_with_it() -> None:
    stays, leaves = Viewer(cycle([True])), Viewer(cycle([True]), leaves=2)
    async with a_run() as (history, broadcasts):
        staying, leaving = (watch(history, broadcasts, viewer, 1) for viewer in (stays, leaves))
        await asyncio.sleep(0)
        for record in numbered([started(), steps(1), weights(1), steps(2), finished(2)]):
            await history.append("run", [record])
            await asyncio.sleep(0)
        with pytest.raises(ConnectionError, match="left"):
            await asyncio.wait_for(leaving, 30)
        await asyncio.wait_for(staying, 30)
    assert stays.seqs == [2, 3, 4, 5, 6]
    assert len(leaves.seqs) < 5


@pytest.mark.anyio
async def test_when_the_log_cannot_be_read_its_viewers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broadcast that an error ended leaves nobody waiting for ever, nor a report of asyncio: they are told."""
    viewer = Viewer(cycle([True]))
    async with a_run() as (history, broadcasts):
        watching = watch(history, broadcasts, viewer, 1)
        await asyncio.sleep(0)

        async def fails(*_: object) -> None:
            raise OSError("the disk is gone")

        monkeypatch.setattr(history, "read", fails)
        await history.append("run", numbered([started()]))
        with pytest.raises(OSError, match="the disk is gone"):
            await asyncio.wait_for(watching, 30)
    gc.collect()
