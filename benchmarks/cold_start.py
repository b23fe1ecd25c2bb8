"""`python -m benchmarks.cold_start`: from the command to the first page served, and the idle server's memory."""

import time

import httpx

from benchmarks.server import running
from benchmarks.table import markdown, spread

ROUNDS = 5


def main() -> None:
    seconds, idle = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        with running() as server:
            httpx.get(server.url).raise_for_status()
            seconds.append(time.perf_counter() - begun)
            server.until_warm()
            idle.append(server.memory_mb)
    rows = [
        ("from the command to the first page", spread(seconds, " s")),
        ("web process, idle", spread(idle, " MB", 0)),
    ]
    print(markdown(("cold start", "median (min–max)"), rows))


if __name__ == "__main__":
    main()
