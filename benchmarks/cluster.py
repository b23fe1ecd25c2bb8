"""`python -m benchmarks.cluster`: runs on the nodes of a Ray cluster, beside runs on the server's own machine.

The cluster is on this machine too: the table shows what Ray costs, and how far two workers use two cores that they
share with the server. A step's way is from when the worker has taken it, by its own clock, until a viewer has it.
"""

import json
import time
from collections.abc import Sequence

import httpx
from websockets.sync.client import connect

from benchmarks.server import Server, running
from benchmarks.table import markdown, quantile
from benchmarks.turnover import Log, events, wait
from scripts.ray_cluster import cluster

RUNS = 32
"""Recipes that wait together."""

EPOCHS = 10
"""Of each recipe that trains by itself. Members of a sweep have the preset's own 40: shorter ones are not divided."""

SWEEPS = 3
"""One after the other, of which the median counts."""

STEPS_PER_SECOND = 20
"""Of the run that is watched."""


def together(server: Server, count: int) -> float:
    """Seconds from the first run's beginning to the last one's end."""
    runs = [server.start(preset="textbook", epochs=EPOCHS, seed=seed) for seed in range(count)]
    wait(server, runs)
    logs = [Log(events(server, run)) for run in runs]
    return max(log.ended for log in logs) - min(log.began for log in logs)


def swept(server: Server, count: int) -> float:
    """Seconds that a sweep of so many learning rates takes, from its first member's beginning to its last one's end."""
    asked = {"preset": "textbook", "axes": {"learning_rate": [0.01 * at for at in range(1, count + 1)]}}
    answer = httpx.post(f"{server.url}/api/sweeps", json=asked, timeout=30).raise_for_status()
    members = [run["id"] for run in answer.json()["runs"]]
    wait(server, members)
    logs = [Log(events(server, run)) for run in members]
    return max(log.ended for log in logs) - min(log.began for log in logs)


def alone(server: Server) -> float:
    """Steps a second of one run at full speed."""
    run = server.start(preset="textbook", epochs=EPOCHS)
    wait(server, [run])
    steps = Log(events(server, run)).steps
    seconds: float = steps[-1] - steps[0]
    return (len(steps) - 1) / seconds


def ways(server: Server) -> Sequence[float]:
    """Milliseconds from each step to its viewer."""
    run = server.start(preset="textbook", epochs=4, steps_per_second=STEPS_PER_SECOND)
    taken, began = [], 0.0
    address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}"
    with connect(address, max_size=None, max_queue=None, compression=None) as socket:
        for frame in socket:
            now = time.time()
            event = json.loads(frame) if isinstance(frame, str) else {}
            if event.get("type") == "RunStarted":
                began = event["time"]
            elif event.get("type") == "Steps":
                taken += [(now - began) * 1000 - milliseconds for milliseconds in event["milliseconds"]]
    return taken


def row(name: str, at_once: int, **settings: str) -> list[str]:
    with running(concurrent_runs=str(at_once), queued_runs=str(RUNS), **settings) as server:
        server.until_warm(180)
        together(server, 4 * at_once)  # every worker is warm from here on
        speed, taken, seconds = alone(server), ways(server), together(server, RUNS)
        sweeps = sorted(swept(server, RUNS) for _ in range(SWEEPS))
    way = f"{quantile(taken, 0.5):.1f} / {quantile(taken, 0.99):.1f}"
    return [name, str(at_once), f"{speed:.0f}", way, f"{seconds:.1f}", f"{sweeps[SWEEPS // 2]:.1f}"]


def main() -> None:
    rows = [row("this machine", 1), row("this machine", 2)]
    with cluster() as ray, ray.head(cpus=3):
        engine = f"ray://{ray.address}"
        rows += [row("Ray", 1, engine=engine), row("Ray", 2, engine=engine)]
    head = (
        "workers",
        "runs at once",
        "steps/s of a run alone",
        "a step's way, ms, p50 / p99",
        f"{RUNS} runs, s",
        f"{RUNS} as a sweep, s",
    )
    print(markdown(head, rows), "\n")
    for name, (one, two) in (("this machine", rows[:2]), ("Ray", rows[2:])):
        runs, sweep = (float(one[at]) / float(two[at]) for at in (-2, -1))
        print(f"{name}: two at once are {runs:.2f} times as fast as one, and {sweep:.2f} times with a sweep.")


if __name__ == "__main__":
    main()
