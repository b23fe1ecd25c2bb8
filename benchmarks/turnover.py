"""`python -m benchmarks.turnover`: many short runs one after another, killed workers, and thirty paced runs at once.

All times are the worker's own, read from the logs when everything has ended. What a pace asks for is that of the same
run alone; the thirty share the cores with the server and, in the last row, with a run at full speed. When a killed
worker's run has failed is what a viewer of it is told.
"""

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from statistics import median
from typing import Any

import httpx
from websockets.sync.client import connect

from benchmarks.server import Server, running
from benchmarks.table import markdown, spread

SHORT = 60
"""Runs of one epoch that wait together."""

PACED = 30
"""Paced runs at once: a class."""

KILLS = 5

ENDLESS = {"epochs": 1000, "batch_size": 32}


def events(server: Server, run: str) -> list[dict[str, Any]]:
    """All of a run's events, once it has ended."""
    address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}"
    with connect(address, max_size=None, max_queue=None, compression=None) as socket:
        return [json.loads(frame) for frame in socket if isinstance(frame, str)]


def wait(server: Server, runs: Sequence[str]) -> None:
    """Until all have ended, asking seldom enough not to disturb them."""
    for run in runs:
        while server.run(run)["state"] in ("queued", "running"):
            time.sleep(0.5)


class Log:
    """When a run began, took each of its steps, and ended, in seconds."""

    def __init__(self, events: Sequence[dict[str, Any]]) -> None:
        named = {event["type"]: event for event in events}
        self.began: float = named["RunStarted"]["time"]
        self.ended: float = named["RunFinished"]["time"]
        steps = (event for event in events if event["type"] == "Steps")
        self.steps = [milliseconds / 1000 for event in steps for milliseconds in event["milliseconds"]]


def turnover() -> list[str]:
    with running(queued_runs=str(SHORT)) as server:
        server.until_warm()
        runs = [server.start(preset="textbook", epochs=1) for _ in range(SHORT)]
        wait(server, runs)
        logs = [Log(events(server, run)) for run in runs]
    between = [(after.began + after.steps[0] - before.ended) * 1000 for before, after in pairwise(logs)]
    training = [(log.ended - log.began) * 1000 for log in logs]
    return [spread(between, digits=0), spread(training, digits=0), f"{logs[-1].ended - logs[0].began:.1f}"]


def killed() -> tuple[list[float], list[float]]:
    """Milliseconds from the moment in which the worker of a run is killed until its viewer is told so, and until it is
    told that another goes on."""
    told: list[float] = []
    replaced: list[float] = []
    with running() as server:
        for _ in range(KILLS):
            server.until_warm()
            run = server.start(preset="textbook", **ENDLESS)
            address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}"
            with connect(address, max_size=None, max_queue=None, compression=None) as socket:
                next(frame for frame in socket if isinstance(frame, str) and '"Steps"' in frame)
                worker = server.busy_worker
                began = time.perf_counter()
                os.kill(worker, signal.SIGKILL)
                for taken, event in (told, "WorkerLost"), (replaced, "WorkerReplaced"):
                    next(frame for frame in socket if isinstance(frame, str) and f'"{event}"' in frame)
                    taken.append((time.perf_counter() - began) * 1000)
            httpx.post(f"{server.url}/api/runs/{run}/control", json={"action": "stop"}, timeout=30).raise_for_status()
    return told, replaced


@contextmanager
def beside(server: Server, busy: bool) -> Iterator[None]:
    """With a run at full speed, or alone."""
    run = server.start(preset="textbook", **ENDLESS) if busy else None
    yield
    if run is not None:
        httpx.post(f"{server.url}/api/runs/{run}/control", json={"action": "stop"}, timeout=30).raise_for_status()


def paced(server: Server, count: int, *, busy: bool = False) -> list[Log]:
    server.until_warm()
    with beside(server, busy):
        runs = [server.start(preset="textbook", pace="watch", seed=seed) for seed in range(count)]
        wait(server, runs)
    return [Log(events(server, run)) for run in runs]


def main() -> None:
    short = ("one-epoch runs", "from a run's last event to the next one's first step, ms", "a run itself, ms", "all, s")
    print(markdown(short, [(str(SHORT), *turnover())]), "\n", flush=True)
    told, replaced = (spread(each, digits=0) for each in killed())
    print(f"A worker that is killed is told of after {told} ms, and replaced after {replaced} ms.\n", flush=True)
    rows = []
    with running() as server:
        paced(server, 1)  # the worker that trains paced runs is warm from here on
        (alone,) = paced(server, 1)
        for name, busy in ((f"{PACED} at once", False), (f"{PACED} at once beside one at full speed", True)):
            logs = paced(server, PACED, busy=busy)
            late = [[(ours - its) * 1000 for ours, its in zip(log.steps, alone.steps, strict=True)] for log in logs]
            slower = [log.steps[-1] / alone.steps[-1] for log in logs]
            rows.append((name, spread(slower), f"{median(map(median, late)):.0f} / {max(map(max, late)):.0f}"))
    seconds = f"`textbook` at pace `watch`, alone {alone.steps[-1]:.1f} s"
    print(markdown((seconds, "its time over that", "a step is late by, ms: median / worst"), rows))


if __name__ == "__main__":
    main()
