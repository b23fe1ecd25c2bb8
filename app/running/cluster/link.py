"""The server's end of a link: it starts a worker on the cluster, and carries the worker's pipes from there."""

import logging
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Never
from urllib.parse import urlsplit

import ray
from ray.exceptions import ActorUnavailableError, GetTimeoutError, RayActorError, RayError

from app.running.cluster.remote_worker import CALL_BYTES, RemoteWorker, versions
from app.running.protocol import Broke, Frames, Outbox

REACH_SECONDS = 3.0
"""In which an address must take a connection; Ray itself would try for half a minute."""

CONNECT_SECONDS = 60.0
"""In which the cluster must answer; Ray itself waits two minutes for one that has gone."""

START_SECONDS = 120.0
"""In which the cluster must find room for a worker. Starting one takes a node some seconds."""

AGAIN_SECONDS = 1.0
"""Until a worker is tried again whose node has gone."""

LOST_SECONDS = 4.0
"""Without an answer from the worker's node, which gives one every second at least, the worker is lost: its runs have
ended within five."""

GPU_SHARE = 0.5
"""Of a GPU, that a worker takes: the two workers that a server has by default share one."""


SILENT = "The worker's node on the Ray cluster does not answer any more. What the worker had logged is kept."


class ClusterFailed(Exception):
    """The message is a plain sentence for the person whose run the worker was to train."""


def work(cluster: str, device: str, mnist_dir: str | None, commands: "Commands", outbox: Outbox) -> Never:
    """Be a worker to the server, by one on the cluster. Raises ClusterFailed when there is no more.

    As a driver on a node, not by Ray Client, by which each message took 12 ms instead of 2, and whose server now and
    then did not start."""
    try:
        with _limit(CONNECT_SECONDS, f"{_unreachable(cluster)}: it does not answer.", outbox):
            _connect(cluster)
        commands.begin.wait()
        with _limit(LOST_SECONDS, SILENT, outbox):
            ray.cluster_resources()  # it may have gone while nobody wanted it
        commands.link = link = Link(device, mnist_dir)
        link.relay(outbox)
    except (RayError, ConnectionError) as error:
        raise ClusterFailed(_reason(error)) from error


class Commands:
    """The server's, passed on by a thread. Their end ends this process, whatever it is doing, and Ray then ends the
    worker."""

    def __init__(self) -> None:
        self.begin = threading.Event()
        """The server has said that it wants a worker."""
        self.link: Link | None = None
        """None until there is one: before that the server sends no commands."""
        self._reader = threading.Thread(target=self._read, name="commands", daemon=True)
        self._reader.start()

    def wait_for_end(self) -> None:
        self._reader.join()

    def _read(self) -> None:
        while commands := os.read(sys.stdin.fileno(), CALL_BYTES):
            if self.link is None:
                self.begin.set()
            else:
                # The link itself tells when it has failed.
                with suppress(RayError, ConnectionError):
                    self.link.send(commands)
        os._exit(0)


class Link:
    """To a worker of its own, on the cluster that this process is connected to. Raises ClusterFailed, and Ray's
    RayError and ConnectionError."""

    def __init__(self, device: str, mnist_dir: str | None) -> None:
        gpus = GPU_SHARE if device == "cuda" or (device == "auto" and "GPU" in ray.cluster_resources()) else 0
        remote: Any = ray.remote
        # Each group has a thread of its own, and keeps the order of its calls.
        actor = remote(num_cpus=1, num_gpus=gpus, concurrency_groups={"commands": 1, "messages": 1})(RemoteWorker)
        self._worker, there = _started(actor)
        if there != (here := versions()):
            raise ClusterFailed(f"A node of the Ray cluster has {_words(there)}, this server {_words(here)}.")
        self._call("start", device, mnist_dir)

    def relay(self, outbox: Outbox) -> Never:
        """Pass on what the worker sends, until there is no more."""
        frames = Frames()
        while True:
            with _limit(LOST_SECONDS, SILENT, outbox):
                data = self._call("receive", group="messages")
            if data is None:
                raise ClusterFailed(f"The worker process {self._call('fate')}. What it had logged is kept.")
            outbox.write(frames.feed(data))

    def send(self, commands: bytes) -> None:
        """Wait until the worker has them."""
        self._call("send", commands, group="commands")

    def _call(self, method: str, *arguments: object, group: str | None = None) -> Any:
        call = getattr(self._worker, method)
        if group is not None:
            call = call.options(concurrency_group=group)
        return ray.get(call.remote(*arguments), timeout=LOST_SECONDS)


def _started(actor: Any) -> tuple[Any, dict[str, str]]:
    """An actor on a node, and the versions there."""
    end = time.monotonic() + START_SECONDS
    while True:
        started = actor.remote()
        try:
            return started, ray.get(started.versions.remote(), timeout=max(0.0, end - time.monotonic()))
        except GetTimeoutError:
            raise ClusterFailed(f"The Ray cluster had no room for a worker: {_taken()}.") from None
        except RayActorError as error:
            if "creation task" in str(error):
                raise
            time.sleep(AGAIN_SECONDS)  # it was sent to a node that had gone, which Ray has yet to notice


@contextmanager
def _limit(seconds: float, reason: str, outbox: Outbox) -> Iterator[None]:
    """Tell the server where this takes longer. It then ends this process, whose call to Ray may never return: Ray's own
    limits do not hold once a node has gone."""
    late = threading.Timer(seconds, outbox.send, [Broke(reason)])
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _connect(cluster: str) -> None:
    try:
        if cluster != "auto":
            address = urlsplit(f"//{cluster}")
            socket.create_connection((address.hostname, address.port), REACH_SECONDS).close()
        ray.init(cluster, logging_level=logging.ERROR)
    except (OSError, RuntimeError) as error:  # RuntimeError: another version of Ray or Python; it says which
        why = error.strerror if isinstance(error, OSError) and error.strerror else _last_line(error)
        raise ClusterFailed(f"{_unreachable(cluster)}: {why}.") from error


def _unreachable(cluster: str) -> str:
    where = "on this machine" if cluster == "auto" else f"at {cluster}"
    return f"No Ray cluster can be reached {where}"


def _reason(error: Exception) -> str:
    """Ray's errors take many lines."""
    if isinstance(error, GetTimeoutError | ActorUnavailableError):
        return SILENT
    if dead := re.search(r"The actor is dead because (.+?)\.?(\s[A-Z]|\n|$)", str(error)):
        return f"The worker on the Ray cluster was lost: {dead[1]}. What it had logged is kept."
    return f"The worker on the Ray cluster failed: {_last_line(error)}."


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].rstrip(".")


def _words(versions: dict[str, str]) -> str:
    return " and ".join(map(" ".join, versions.items()))


def _taken() -> str:
    all, free = ray.cluster_resources(), ray.available_resources()
    counts = [f"{all[name] - free.get(name, 0.0):g} of {all[name]:g} {name}s" for name in ("CPU", "GPU") if name in all]
    return f"{' and '.join(counts) or 'no CPUs'} are taken"
