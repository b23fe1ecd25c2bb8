"""Rows that cannot be read any more."""

import json
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import anyio
import pytest
from sqlalchemy import create_engine, text
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from app.controls import SetLearningRate
from app.drawing import Drawing
from app.events import RunFailed, Summary
from app.history.damage import Damaged
from app.history.history import History, UnknownRun
from app.history.unavailable import DamagedFile
from app.sweep import Sweep
from tests.conftest import Server
from tests.formats.unpack import split, unpack
from tests.history.logs import finished, numbered, queued, started, steps, whole_run
from tests.waiting import until

pytestmark = pytest.mark.anyio


def change(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount == 1
    engine.dispose()


def damage_page(file: Path, of: bytes) -> None:
    """Where the only copy of these bytes begins."""
    data = bytearray(file.read_bytes())
    assert data.count(of) == 1
    page_size = int.from_bytes(data[16:18], "big")
    head = data.find(of) // page_size * page_size
    data[head : head + 8] = b"\xff" * 8
    file.write_bytes(data)


def damage_table(file: Path, table: str) -> None:
    """Its first page."""
    engine = create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        page = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = :name"), {"name": table}
        ).scalar()
    engine.dispose()
    assert page is not None
    data = bytearray(file.read_bytes())
    head = (page - 1) * int.from_bytes(data[16:18], "big")
    data[head : head + 8] = b"\xff" * 8
    file.write_bytes(data)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/threeseven.db"


async def three(url: str) -> None:
    async with History.open(url) as history:
        for run in "abc":
            await history.create(queued(run))
            await history.append(run, numbered(whole_run(run)))


FLIPPED = "CAST(x'7b22ff227d' AS TEXT)"
"""Text as a flipped bit leaves it: not UTF-8."""


@pytest.mark.parametrize(
    "run",
    [
        "'garbage'", "'{}'", "''", "json_set(run, '$.state', 'asleep')", "7", FLIPPED, "json_set(run, '$.id', 'other')",
        "json_set(run, '$.state', 'paused')",
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", ["finished", "running"])
async def test_one_unreadable_run_is_left_out_and_named_and_can_be_deleted(
    url: str, run: str, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    await three(url)
    change(url, f"UPDATE runs SET run = {run}, state = '{state}' WHERE id = 'c'")
    async with History.open(url) as history:
        page, following = await history.runs(2)
        assert [each.id for each in page] == ["b"]
        assert [each.id for each in (await history.runs(2, following))[0]] == ["a"]
        live = await history.live()
        assert live is not None
        assert live.id == "b"
        assert (await history.storage()).damaged == ["c"]
        with pytest.raises(Damaged, match=r"run c is damaged: .* it can be deleted"):
            await history.get("c")
        await history.delete("c")
        assert [each.name for each in (await history.storage()).deleted] == ["c"]
        with pytest.raises(Damaged):
            await history.restore("c")
        assert (await history.storage()).damaged == ["c"]
        await history.delete("c")
        await history.purge(["c"])
        with pytest.raises(UnknownRun):
            await history.get("c")
        assert (await history.storage()).damaged == []
        await history.create(queued("d"))
    assert caplog.text.count("Run c is damaged") == 2


@pytest.mark.parametrize("state", ["running", "asleep", FLIPPED])
async def test_a_run_in_another_state_than_its_row_says_is_damaged(url: str, state: str) -> None:
    await three(url)
    change(url, f"UPDATE runs SET state = {state if state == FLIPPED else repr(state)} WHERE id = 'c'")
    async with History.open(url) as history:
        assert await history.active() == []
        assert [each.id for each in (await history.runs())[0]] == ["b", "a"]
        assert (await history.storage()).damaged == ["c"]
        await history.delete("c")


@pytest.mark.parametrize("column", ["bytes", "started", "start_number", "origin", "starter"])
@pytest.mark.parametrize("value", ["'garbage'", FLIPPED])
async def test_a_run_is_listed_whatever_else_its_row_says(url: str, column: str, value: str) -> None:
    await three(url)
    change(url, f"UPDATE runs SET {column} = {value} WHERE id = 'b'")
    async with History.open(url) as history:
        assert [each.id for each in (await history.runs())[0]] == ["c", "b", "a"]
        assert (await history.storage()).bytes > 0
        await history.create(queued("d"))
        await history.delete("b")
        await history.purge(["b"])


async def test_what_a_waiting_run_was_given_is_left_out_where_it_cannot_be_read(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with History.open(url) as history:
        for run in "ab":
            await history.create(queued(run))
        await history.keep_controls({run: [SetLearningRate(learning_rate=0.5)] for run in "ab"})
    change(url, f"UPDATE controls SET control = {FLIPPED} WHERE run = 'a'")
    async with History.open(url) as history:
        assert list(await history.given_controls()) == ["b"]
    assert "run a was given" in caplog.text


async def test_a_run_that_was_deleted_nobody_knows_when_can_be_restored(url: str) -> None:
    await three(url)
    change(url, "UPDATE runs SET deleted = 'garbage' WHERE id = 'b'")
    async with History.open(url) as history:
        assert [each.id for each in (await history.storage()).deleted] == ["b"]
        await history.restore("b")
        assert [each.id for each in (await history.runs())[0]] == ["c", "b", "a"]


async def test_drawings_that_cannot_be_read_are_left_out_and_deleted_in_time(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with History.open(url) as history:
        await history.put_drawings([Drawing.of(3, (), (n,) * 784) for n in (7, 8, 9)])
    change(url, f"UPDATE drawings SET drawing = {FLIPPED} WHERE number = 1")
    change(url, "UPDATE drawings SET deleted = 'garbage' WHERE number = 2")
    async with History.open(url) as history:
        found, *_ = await history.drawings(10, 0)
        assert [each.pixels[0] for each in found] == [9]

        async def gone() -> bool:
            return not (await history.deleted_drawings())[0]

        await until(gone)
    assert "looked after" not in caplog.text


async def test_a_damaged_page_of_the_file_does_not_take_the_list(url: str, tmp_path: Path) -> None:
    async with History.open(url) as history:
        for number in range(40):
            await history.create(queued(f"run-{number}", name="x" * 2000))
    file = tmp_path / "threeseven.db"
    damage_page(file, b'"id":"run-20"')
    async with History.open(url) as history:
        page, _ = await history.runs()
        damaged = (await history.storage()).damaged
        assert len(page) + len(damaged) == 40
        assert 0 < len(damaged) < 10
        await history.create(queued("another"))


async def one_row_unreadable(url: str, folder: Path) -> None:
    """Of forty ended runs, ``run-20``'s."""
    async with History.open(url) as history:
        for number in range(40):
            await history.create(queued(f"run-{number}", name="x" * 2000))
            await history.append(f"run-{number}", numbered([started(), finished(1)]))
    damage_page(folder / "threeseven.db", b'"id":"run-20"')


async def test_what_cannot_be_deleted_since_its_page_is_damaged_is_said(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await one_row_unreadable(url, tmp_path)
    async with History.open(url) as history:
        await history.runs()
        (run,) = (await history.storage()).damaged
        with pytest.raises(Damaged) as damage:
            await history.get(run)
        assert "can be deleted" not in str(damage.value)
        for _ in range(2):
            with pytest.raises(DamagedFile, match=r"is damaged .* nothing can be changed there"):
                await history.delete(run)
        assert history.trouble is None  # elsewhere there can
        await history.delete("run-3")
        assert len((await history.runs())[0]) == 38
    assert caplog.text.count("nothing can be changed there") == 1


async def test_a_deleted_run_with_a_damaged_log_does_not_keep_others_from_being_removed(
    url: str, tmp_path: Path
) -> None:
    async with History.open(url) as history:
        for number in range(40):
            name = f"run-{number}"
            await history.create(queued(name))
            end = RunFailed(step=39, reason=f"{name} ends", summary=Summary(), time=1002.0)
            await history.append(name, numbered([started(), *map(steps, range(1, 40)), end]))
    damage_page(tmp_path / "threeseven.db", b'"reason":"run-20 ends"')
    async with History.open(url) as history:
        for run in ("run-20", "run-30"):
            await history.delete(run)
        await history.purge(["run-20", "run-30"])
        assert not history.purging
        for run in ("run-20", "run-30"):
            with pytest.raises(UnknownRun):
                await history.get(run)
    with create_engine(url).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM runs WHERE id = 'run-30'")) == 0


async def test_a_server_answers_what_cannot_be_deleted_with_a_problem_document(
    serve: Callable[..., AbstractContextManager[Server]], url: str, tmp_path: Path
) -> None:
    await one_row_unreadable(url, tmp_path)

    def ask() -> None:
        with serve(tmp_path) as server, server.client() as client:
            assert len(client.get("/api/runs").json()["runs"]) == 39
            answer = client.delete("/api/runs/run-20")
            assert (answer.status_code, answer.json()["title"]) == (500, "Damaged database")
            assert "nothing can be changed there" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text
            server.until(server.start()["id"], "RunFinished")
            assert client.delete("/api/runs/run-3").status_code == 204

    await anyio.to_thread.run_sync(ask)


async def one_by_one(history: History, run: str) -> None:
    for after in range(16):
        await history.read(run, after, 1)


DAMAGES = {
    "record 5 cannot be read": "UPDATE events SET data = x'00ff00' WHERE run = 'b' AND seq = 5",
    "record 4 cannot be read": "UPDATE events SET data = substr(data, 1, 40) WHERE run = 'b' AND seq = 4",
    "record 9 cannot be read": "UPDATE events SET data = substr(data, 1, 40) WHERE run = 'b' AND seq = 9",
    "record 7 cannot be read": "UPDATE events SET data = 'text' WHERE run = 'b' AND seq = 7",
    "record 8 cannot be read": "UPDATE events SET data = 5 WHERE run = 'b' AND seq = 8",
    "record 6 is missing": "DELETE FROM events WHERE run = 'b' AND seq = 6",
    "records 16 to 16 are missing": "DELETE FROM events WHERE run = 'b' AND seq = 16",
}


@pytest.mark.parametrize("what", DAMAGES)
async def test_a_log_is_never_read_past_its_damage(url: str, what: str) -> None:
    await three(url)
    change(url, DAMAGES[what])
    async with History.open(url) as history:
        assert len(await history.read("a", 0)) == 16
        with pytest.raises(Damaged, match=f"run b is damaged: {what}"):
            await one_by_one(history, "b")


@pytest.mark.parametrize("type", ["'Nonsense'", FLIPPED, "7"])
async def test_a_record_of_no_type_is_missed(url: str, type: str) -> None:
    """Who reads some types of records does not meet it."""
    await three(url)
    change(url, f"UPDATE events SET type = {type} WHERE run = 'b' AND seq = 4")
    async with History.open(url) as history:
        await history.require_whole("a", 16)
        with pytest.raises(Damaged, match="record 4 is missing"):
            await history.require_whole("b", 16)


async def test_what_stands_before_the_damage_is_read(url: str) -> None:
    await three(url)
    change(url, DAMAGES["record 9 cannot be read"])
    async with History.open(url) as history:
        assert [record.seq for record in await history.read("b", 2)] == [3, 4, 5, 6, 7, 8]
        with pytest.raises(Damaged, match="record 9 cannot be read"):
            await history.weights("b", 20)


async def test_pictures_and_epochs_that_are_damaged_are_said(
    serve: Callable[..., AbstractContextManager[Server]], url: str, tmp_path: Path
) -> None:
    await three(url)
    change(url, "DELETE FROM events WHERE run = 'a' AND seq = 5")  # weights of step 10
    change(url, "UPDATE events SET data = substr(data, 1, 40) WHERE run = 'b' AND seq = 9")  # weights of step 20
    change(url, "DELETE FROM events WHERE run = 'c' AND seq = 6")  # the first epoch's end

    def ask() -> None:
        with serve(tmp_path) as server, server.client() as client:
            for run, seqs, damage in (
                ("a", [3, 9, 13], "record 5 is missing"),
                ("b", [3, 5], "record 9 cannot be read"),
                ("c", [3, 5, 9, 13], "record 6 is missing"),
            ):
                answer = client.get(f"/api/runs/{run}/frames")
                pack, said = split(answer.content)
                assert [frame.seq for frame in unpack(pack)[1]] == seqs
                assert damage in said
            assert "etag" not in client.get("/api/runs/a/frames").headers
            for format in ("json", "npy", "frame", "png"):
                answer = client.get(f"/api/runs/b/weights?step=20&format={format}")
                assert (answer.status_code, answer.json()["title"]) == (500, "Damaged run")
                assert "ecord 9 cannot be read" in answer.json()["detail"]
                assert client.get(f"/api/runs/b/weights?step=10&format={format}").status_code == 200
            epochs = client.get("/api/runs/c/epochs").json()
            assert [each["epoch"] for each in epochs["epochs"]] == [2, 3]
            assert "record 6 is missing" in epochs["damaged"]
            with connect(f"{server.ws}/ws/runs/b", max_queue=None) as viewer:
                with pytest.raises(ConnectionClosedError) as closed:
                    deque(viewer, 0)
                assert closed.value.rcvd is not None
                assert (closed.value.rcvd.code, "record 9 cannot be read" in closed.value.rcvd.reason) == (1011, True)

    await anyio.to_thread.run_sync(ask)


async def test_a_model_that_is_damaged_is_not_handed_out(
    serve: Callable[..., AbstractContextManager[Server]], url: str, tmp_path: Path
) -> None:
    def train() -> str:
        with serve(tmp_path) as server:
            run = str(server.start()["id"])
            server.until(run, "RunFinished")
            return run

    run = await anyio.to_thread.run_sync(train)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE checkpoints SET data = substr(data, 1, 2000)"))
    engine.dispose()

    def ask() -> None:
        with serve(tmp_path) as server, server.client() as client:
            answer = client.get(f"/api/runs/{run}/model")
            assert (answer.status_code, answer.json()["title"]) == (500, "Damaged run")
            assert "its model at step 49 cannot be read" in answer.json()["detail"]

    await anyio.to_thread.run_sync(ask)


async def test_one_unreadable_sweep_is_left_out_and_named_and_can_be_deleted(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    async with History.open(url) as history:
        for name in ("one", "two"):
            members = [queued(f"{name}-{number}", sweep=name) for number in range(2)]
            await history.create_many(members, Sweep(id=name, axes={"seed": [0, 1]}, created=1.0))
            for member in members:
                await history.append(member.run, numbered([started(member.run), finished(1)]))
    change(url, f"UPDATE sweeps SET sweep = {FLIPPED} WHERE id = 'two'")
    change(url, "UPDATE runs SET run = 'garbage' WHERE id = 'two-1'")

    def ask() -> None:
        with serve(tmp_path) as server, server.client() as client:
            for _ in range(2):
                assert [each["id"] for each in client.get("/api/sweeps").json()["sweeps"]] == ["one"]
            answer = client.get("/api/sweeps/two")
            assert (answer.status_code, answer.json()["title"]) == (500, "Damaged sweep")
            assert answer.json()["detail"].startswith("Sweep two is damaged: ")
            assert client.delete("/api/sweeps/two").status_code == 204
            assert client.get("/api/sweeps/two").status_code == 404
            assert [each["id"] for each in client.get("/api/runs").json()["runs"]] == ["one-1", "one-0"]

    await anyio.to_thread.run_sync(ask)
    assert capfd.readouterr().err.count("Sweep two is damaged") == 1


async def test_an_unreadable_note_of_a_removal_is_left_out_and_named_once(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    await three(url)
    async with History.open(url) as history:
        for _ in range(2):
            await history.remove_next()
    change(url, f"UPDATE removals SET what = 'garbage', name = {FLIPPED} WHERE run = 'a'")
    async with History.open(url) as history:
        for _ in range(2):
            assert [each.run for each in (await history.storage()).removed] == ["b"]
    assert caplog.text.count("What was removed as number 1 cannot be read") == 1


async def test_a_damaged_page_of_what_belongs_to_no_run_is_said(
    serve: Callable[..., AbstractContextManager[Server]], url: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    drawing = Drawing.of(3, (), (7,) * 784)
    async with History.open(url) as history:
        await history.put_drawings([drawing])
        members = [queued(f"run-{number}", sweep="one") for number in range(2)]
        await history.create_many(members, Sweep(id="one", axes={"seed": [0, 1]}, created=1.0))
    for table in ("drawings", "sweeps"):
        damage_table(tmp_path / "threeseven.db", table)

    def ask() -> None:
        with serve(tmp_path) as server, server.client() as client:
            for path in ("/api/drawings", "/api/sweeps", "/api/sweeps/one"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["title"]) == (500, "Damaged database"), path
                assert "nothing can be read there" in answer.json()["detail"]
            assert len(client.get("/api/runs").json()["runs"]) == 2

    await anyio.to_thread.run_sync(ask)
    assert "Traceback" not in capfd.readouterr().err


async def test_an_active_run_at_its_head_is_not_damaged(url: str) -> None:
    async with History.open(url) as history:
        await history.create(queued())
        run = await history.append("run", numbered([started(), steps(1)]))
    async with History.open(url) as history:
        assert await history.read("run", run.seq) == []


def test_who_watches_or_downloads_a_damaged_run_is_told(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/threeseven.db"
    with serve(tmp_path) as server:
        run = server.start(epochs=2, steps_per_second=100)["id"]  # so that its steps come in several records
        server.until(run, "RunFinished")
        unread = server.start()["id"]
        server.until(unread, "RunFinished")
    engine = create_engine(url)
    with engine.connect() as connection:
        last = connection.execute(
            text("SELECT max(seq) FROM events WHERE run = :run AND type = 'Steps'"), {"run": run}
        ).scalar_one()
    engine.dispose()
    change(url, f"DELETE FROM events WHERE run = '{run}' AND seq = {last}")
    change(url, f"UPDATE runs SET run = 'garbage' WHERE id = '{unread}'")
    with serve(tmp_path) as server, server.client() as client:
        with connect(f"{server.ws}/ws/runs/{run}", max_queue=None) as viewer:
            with pytest.raises(ConnectionClosedError) as closed:
                deque(viewer, 0)
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, f"record {last} is missing" in closed.value.rcvd.reason) == (1011, True)
        metrics = client.get(f"/api/runs/{run}/metrics")
        assert f"record {last} is missing" in json.loads(metrics.text)["damaged"]
        *lines, end = client.get(f"/api/runs/{run}/metrics?format=csv").text.splitlines()
        assert end.startswith("# ")
        assert f"record {last} is missing" in end
        assert lines[1].startswith("1,")
        *lines, end = client.get(f"/api/runs/{run}/metrics?format=jsonl").text.splitlines()
        assert f"record {last} is missing" in json.loads(end)["damaged"]
        assert json.loads(lines[0])["step"] == 1

        assert [each["id"] for each in client.get("/api/runs").json()["runs"]] == [run]
        assert client.get("/api/storage").json()["damaged"] == [unread]
        assert client.get("/").status_code == 200
        answer = client.get(f"/api/runs/{unread}")
        assert (answer.status_code, answer.json()["title"]) == (500, "Damaged run")
        assert client.delete(f"/api/runs/{unread}").status_code == 204
        assert client.get(f"/api/runs/{unread}").status_code == 404
