"""A real Ray cluster of this machine; the fixtures of tests/running, whose workers are on it then."""

from collections.abc import Iterator

import pytest

from app.running.engine import Engine
from scripts.ray_cluster import Cluster, cluster
from tests.running.conftest import anyio_backend as anyio_backend
from tests.running.conftest import as_in_a_worker as as_in_a_worker
from tests.running.conftest import history as history
from tests.running.conftest import impatient_supervisor as impatient_supervisor
from tests.running.conftest import patience as patience
from tests.running.conftest import shared_supervisor as shared_supervisor
from tests.running.conftest import supervisor as supervisor


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[Cluster]:
    """For all tests that leave it as they found it."""
    with cluster() as ray, ray.head(cpus=4):
        yield ray


@pytest.fixture(scope="session")
def engine(ray_cluster: Cluster) -> Engine:
    return Engine("cpu", None, ray_cluster.address)
