"""`python -m benchmarks.scale`: what a viewer and a run cost one server, and how well that predicts.

The line through three crowds is held against a fourth: each watches one run, which takes a hundred steps a second. Then
many runs train at a time that nobody watches. Only processor time is counted, so that a network is not in it.
docs/scale.md calculates with the results.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median

from benchmarks.server import Server, running
from benchmarks.table import markdown
from benchmarks.viewers import watched

STEPS_PER_SECOND = 100.0
FITTED = (500, 1000, 2000)
PREDICTED = 1500
ROUNDS = 3

RUNS = (1, 8, 16)
RUNS_STEPS_PER_SECOND = 20.0
SECONDS = 15.0


def line(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The height at 0 and the slope of the line with the least squared errors through ``points``."""
    x, y = fmean(x for x, _ in points), fmean(y for _, y in points)
    slope = sum((a - x) * (b - y) for a, b in points) / sum((a - x) ** 2 for a, _ in points)
    return y - slope * x, slope


def crowds(server: Server) -> dict[int, dict[str, float]]:
    """Medians for each number of viewers; the numbers take turns, so that a slow minute meets all of them."""
    counts = (*FITTED, PREDICTED)
    rounds = [{viewers: watched([server], viewers, STEPS_PER_SECOND) for viewers in counts} for _ in range(ROUNDS)]
    return {
        viewers: {
            "cores": median(each[viewers]["cores"] for each in rounds),
            "messages": median(each[viewers]["messages"] / each[viewers]["seconds"] for each in rounds),
            "p99": median(each[viewers]["p99"] for each in rounds),
            "memory_kb": max(each[viewers]["memory_kb"] for each in rounds),
        }
        for viewers in rounds[0]
    }


def worker_seconds(server: Server) -> float:
    """Processor time of all that the server has started and that still goes on."""
    found = 0
    for process in server.processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        found += int(fields[11]) + int(fields[12])
    return found / os.sysconf("SC_CLK_TCK")


def trained(server: Server, count: int) -> tuple[float, float]:
    """Cores of the web process and of the workers while so many runs train at a time."""
    runs = [server.start(preset="textbook", epochs=200, steps_per_second=RUNS_STEPS_PER_SECOND) for _ in range(count)]
    while not all(server.run(run)["step"] for run in runs):
        time.sleep(0.1)
    web, workers, began = server.cpu_seconds, worker_seconds(server), time.monotonic()
    time.sleep(SECONDS)
    elapsed = time.monotonic() - began
    found = (server.cpu_seconds - web) / elapsed, (worker_seconds(server) - workers) / elapsed
    server.stop_all()
    while any(server.run(run)["state"] in ("queued", "running") for run in runs):
        time.sleep(0.1)
    return found


def main() -> None:
    with running(viewers_per_address="100000") as server:
        measured = crowds(server)
        fixed, each = line([(viewers, measured[viewers]["cores"]) for viewers in FITTED])
        rows = [
            (
                f"{viewers:,}", f"{m['cores']:.3f}", f"{fixed + each * viewers:.3f}",
                f"{(fixed + each * viewers) / m['cores'] - 1:+.0%}", f"{m['messages']:.1f}", f"{m['p99'] * 1000:.0f}",
                f"{m['memory_kb']:.0f}",
            )
            for viewers, m in sorted(measured.items())
        ]  # fmt: skip
        head = (
            "viewers", "web process, cores", f"by the line through {', '.join(f'{v:,}' for v in FITTED)}", "off by",
            "messages a second, each", "delay p99, ms", "memory per viewer, kB",
        )  # fmt: skip
        print(markdown(head, rows))
        messages = measured[PREDICTED]["messages"]
        print(f"\n{fixed:.3f} cores for the run, {each * 1e6:.0f} µs of a core a second for each viewer, "
              f"{each / messages * 1e6:.1f} µs for each message to one.\n")  # fmt: skip
    with running() as server:
        server.until_warm()
        used = {count: trained(server, count) for count in RUNS}
        _, web = line([(count, cores) for count, (cores, _) in used.items()])
        _, worker = line([(count, cores) for count, (_, cores) in used.items()])
        print(markdown(
            (f"runs, {RUNS_STEPS_PER_SECOND:.0f} steps a second each", "web process, cores", "workers, cores"),
            [(str(count), f"{a:.3f}", f"{b:.3f}") for count, (a, b) in used.items()],
        ))  # fmt: skip
        print(f"\nEach further run: {web * 1000:.1f} ms of a core a second in the web process, "
              f"{worker * 1000:.1f} ms in a worker.")  # fmt: skip


if __name__ == "__main__":
    main()
