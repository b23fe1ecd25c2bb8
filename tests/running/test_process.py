import pytest

from app.checkpoint import Checkpoint
from app.recipe import Recipe
from app.record import Record
from app.running.framing import Broke, Message
from app.running.job import Job
from app.running.process import Worker, WorkerBroke

pytestmark = pytest.mark.anyio


async def test_a_worker_gets_ready_trains_its_job_and_leaves() -> None:
    worker = await Worker.spawn("cpu", None)
    try:
        assert "cpu" in await worker.ready()
        recipe = Recipe(epochs=1, batch_size=4096)
        await worker.send(Job(run="run", name="name", recipe=recipe, first_seq=7).line())
        said: list[Message] = []
        while not said or not isinstance(said[-1], Record) or not said[-1].ends:
            said += await worker.receive()
    finally:
        await worker.end()
    assert isinstance(said[0], Checkpoint), "a run that has started can be asked at once what it reads"
    assert said[0].step == 0
    records = [message for message in said if isinstance(message, Record)]
    assert [record.seq for record in records] == list(range(7, 7 + len(records)))
    assert (records[0].type, records[-1].type) == ("RunStarted", "RunFinished")
    assert any(isinstance(message, Checkpoint) and message.kept and message.step == 4 for message in said)
    assert await worker.fate() == "ended with exit status 0"


async def test_an_error_in_a_worker_is_told_in_a_sentence() -> None:
    worker = await Worker.spawn("cpu", None)
    try:
        await worker.ready()
        await worker.send(Job(run="run", name="name", recipe=Recipe(), first_seq=-1).line())
        said = [await worker.receive()]
        while not isinstance(said[-1][-1], Broke):
            said.append(await worker.receive())
    finally:
        await worker.end()
    broke = said[-1][-1]
    assert isinstance(broke, Broke)
    assert broke.reason.startswith("The training program met an error: ")


@pytest.mark.parametrize("anyio_backend", [("asyncio", {"use_uvloop": True}), ("asyncio", {"use_uvloop": False})])
async def test_a_killed_worker_says_nothing_more_and_what_killed_it_is_known() -> None:
    worker = await Worker.spawn("cpu", None)
    worker.kill()
    with pytest.raises(WorkerBroke, match=r"was killed by signal 9 \(SIGKILL\) before it was ready"):
        await worker.ready()
    for _ in range(3):  # the pipe may notice at the first that nobody reads
        await worker.send(b"nobody reads this\n")
    assert await worker.receive() == []
    worker.kill()
    await worker.end()
