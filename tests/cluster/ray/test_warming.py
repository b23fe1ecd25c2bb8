"""A worker that is to be there soon takes no place on the cluster before."""

from collections.abc import AsyncIterator, Iterator

import psutil
import pytest

from app.history.history import History
from app.running.engine import Engine
from app.running.warm_worker import WarmWorker
from scripts.ray_cluster import cluster
from tests.running.test_warm_worker import Changes, pytestmark  # noqa: F401
from tests.waiting import until


@pytest.fixture(scope="module")
def one_place() -> Iterator[Engine]:
    """A cluster with room for one worker."""
    with cluster() as ray, ray.head(cpus=1):
        yield Engine("cpu", None, ray.address)


@pytest.fixture
async def warmed(history: History, one_place: Engine) -> AsyncIterator[tuple[WarmWorker, Changes]]:
    changes = Changes()
    worker = WarmWorker(history, one_place, changes.note, changes.ended)
    worker.warm()
    yield worker, changes
    await worker.close()


async def link() -> psutil.Process:
    """The only one of this process."""
    here = psutil.Process()
    return await until(
        lambda: next((each for each in here.children() if "app.running.cluster" in each.cmdline()), None)
    )


async def test_the_only_place_is_anothers_until_it_is_wanted(
    warmed: tuple[WarmWorker, Changes], history: History, one_place: Engine
) -> None:
    worker, changes = warmed
    links = await link()
    others = Changes()
    other = WarmWorker(history, one_place, others.note, others.ended)
    other.prepare()
    await others.until(other, ready=True)
    assert not worker.ready
    await other.close()
    worker.prepare()
    await changes.until(worker, ready=True)
    assert links.is_running()  # what stood by is what the worker is reached by


async def test_where_what_stood_by_has_gone_another_comes_and_nothing_fails(
    warmed: tuple[WarmWorker, Changes],
) -> None:
    worker, changes = warmed
    (await link()).kill()
    worker.prepare()
    await changes.until(worker, ready=True)
    assert worker.take_reason() is None
