"""`python -m benchmarks.cluster`: runs on the nodes of a Ray cluster, beside runs on the server's own machine.

The cluster is on this machine too: the table shows what Ray costs, and how far two workers use two cores that they
share with the server. A step's way is from when the worker has taken it, by its own clock, until a viewer has it.
"""

import json
import time
from collections.abc import Sequence

from websockets.sync.client import connect

from benchmarks.server import Server, running
from benchmarks.table import markdown, quantile
from benchmarks.turnover import Log, events, wait
from scripts.ray_cluster import cluster

RUNS = 32
"""Recipes that wait together."""

EPOCHS = 10

STEPS_PER_SECOND = 20
"""Of the run that is watched."""


def together(server: Server, count: int) -> float:
    """Seconds from the first run's beginning to the last one's end."""
    runs = [server.start(preset="textbook", epochs=EPOCHS, seed=seed) for seed in range(count)]
    wait(server, runs)
    logs = [Log(events(server, run)) for run in runs]
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
    way = f"{quantile(taken, 0.5):.1f} / {quantile(taken, 0.99):.1f}"
    return [name, str(at_once), f"{speed:.0f}", way, f"{seconds:.1f}"]


def main() -> None:
    rows = [row("this machine", 1), row("this machine", 2)]
    with cluster() as ray, ray.head(cpus=3):
        engine = f"ray://{ray.address}"
        rows += [row("Ray", 1, engine=engine), row("Ray", 2, engine=engine)]
    head = ("workers", "runs at once", "steps/s of a run alone", "a step's way, ms, p50 / p99", f"{RUNS} runs, s")
    print(markdown(head, rows), "\n")
    for name, (one, two) in (("this machine", rows[:2]), ("Ray", rows[2:])):
        print(f"{name}: two at once are {float(one[-1]) / float(two[-1]):.2f} times as fast as one.")


if __name__ == "__main__":
    main()
