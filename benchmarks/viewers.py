"""`python -m benchmarks.viewers [COUNT …]`: one `textbook` run before so many viewers, against the same before one."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from statistics import median

from benchmarks.server import Server, running
from benchmarks.table import markdown, spread

ROUNDS = 3
MANY = (500, 2000)


@contextmanager
def crowd(server: Server, viewers: int, after: str) -> Iterator[subprocess.Popen[str]]:
    """Viewers of the next run. They are connected before it starts."""
    command = [sys.executable, "-m", "benchmarks.crowd", server.url, f"/ws/live?{after}", str(viewers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "watching\n":
            raise RuntimeError("the viewers could not connect")
        yield process


def watched(server: Server, viewers: int, speed: float | None) -> dict[str, float]:
    """One run before so many viewers."""
    last = server.run(server.start(epochs=1))  # so that the crowd has a run to wait behind
    while last["state"] != "finished":
        last = server.run(str(last["id"]))
    server.until_warm()
    before = server.memory_mb
    with crowd(server, viewers, f"after={last['seq']}&run={last['id']}") as process:
        memory = server.memory_mb - before
        cpu = server.cpu_seconds
        run = server.start(preset="textbook", steps_per_second=speed)
        assert process.stdout is not None
        got = json.loads(process.stdout.readline())
        cpu = server.cpu_seconds - cpu
        ended = server.run(run)
        seconds = float(ended["ended"]) - float(ended["started"])  # type: ignore[arg-type]
    return {**got, "seconds": seconds, "cores": cpu / seconds, "memory_kb": memory * 1024 / viewers}


def main(counts: Sequence[int] = MANY) -> None:
    rows = []
    for viewers, speed in product(counts, (None, 100.0)):
        with running(viewers_per_address="100000") as server:
            one, many = [], []
            for _ in range(ROUNDS if speed is None else 1):
                one.append(watched(server, 1, speed))
                many.append(watched(server, viewers, speed))
        ratios = [m["seconds"] / o["seconds"] for o, m in zip(one, many, strict=True)]
        rows.append(
            (
                f"{viewers:,}",
                "full" if speed is None else f"{speed:.0f} steps/s",
                f"{min(int(m['complete']) for m in many):,} of {viewers:,}",
                f"{median(m['p50'] for m in many) * 1000:.0f} / {median(m['p99'] for m in many) * 1000:.0f}",
                f"{median(m['cores'] for m in many):.2f}",
                f"{median(m['crowd_cpu'] / m['seconds'] for m in many):.2f}",
                f"{max(m['memory_kb'] for m in many):.0f}",
                f"{median(m['weights'] for m in many):.0f}",
                spread(ratios),
            )
        )
    head = (
        "viewers", "speed", "received everything", "delay p50 / p99, ms", "web process, cores", "viewers, cores",
        "memory per viewer, kB", "weight images each", "training time against 1 viewer",
    )  # fmt: skip
    print(markdown(head, rows))


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]] or MANY)
