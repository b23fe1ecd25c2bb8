"""Most of these tests talk to one server, over one client."""

import pytest

from tests.web.viewers import PageClient, received


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def finished(server):
    run = server.start(epochs=3)["id"]
    frames, code = received(server, f"/ws/runs/{run}?after=0")
    assert code == 1000
    return run, frames


@pytest.fixture
def page(server):
    with PageClient(server) as client:
        yield client


@pytest.fixture(scope="module")
def eager(serve, tmp_path_factory):
    """A server with little patience that trains two runs at once."""
    settings = {"heartbeat": "0.05", "viewer_patience": "0.5", "concurrent_runs": "2"}
    with serve(tmp_path_factory.mktemp("eager"), **settings) as server:
        yield server
