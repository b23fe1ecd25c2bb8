"""Most of these tests talk to one server, over one client."""

import pytest


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client
