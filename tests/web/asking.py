"""Callers who ask for an experiment that takes long, and may leave."""

import json
import socket

from tests.conftest import Server
from tests.waiting import wait_until

PATIENCE = 60
"""Seconds, on a busy machine."""


def asking(address: str, seed: int = 0) -> socket.socket:
    """A connection by which half a minute's work is asked for; ``address``: of a server or a proxy, without a path."""
    recipe = {"hidden": 256, "batch_size": 3000, "epochs": 1000, "seed": seed}
    body = json.dumps({"weights": {"recipe": recipe, "step": 2000}}).encode()
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    connection.sendall(
        b"POST /api/experiments/gradient HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (f"{host}:{port}".encode(), len(body), body)
    )
    return connection


def wait_computing(server: Server, experiments: int) -> None:
    """Return once so many are being computed."""

    def computed() -> int:
        servers = client.get("/api/cluster").json()["servers"]
        return sum(worker["experiments"] for each in servers for worker in each["workers"])

    with server.client() as client:
        wait_until(lambda: computed() == experiments)
