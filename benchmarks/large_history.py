"""`python -m benchmarks.large_history [RUNS]`: pages of a history of 10,000 runs and ten million steps, in SQLite and
in a real PostgreSQL, as a server answers them; and PostgreSQL's plans for what it is asked.

Takes some minutes, and about 1.5 GB among the system's temporary files.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import Engine, event
from websockets.sync.client import connect

from app.events import Steps
from app.history.engine import engine_of
from app.history.history import History
from app.record import Record
from benchmarks.table import markdown, quantile
from scripts.cluster import postgres
from scripts.many_runs import short_log
from scripts.serving import serving

RUNS = 10_000
STEPS = 1000
"""Of each run."""

TOGETHER = 50
"""Steps of a record: some 30 ms of training."""

APPENDED = 100
"""Runs of one transaction."""

ASKED = 200
"""Times that each page is asked for, of another run or from another place each time."""


async def fill(url: str, runs: int) -> None:
    chance = random.Random(37)
    figures = [float(f"{chance.random():.9g}") for _ in range(TOGETHER)]
    async with History.open(url) as history:
        for first in range(1, runs + 1, APPENDED):
            logs = [short_log(number, chance) for number in range(first, min(runs + 1, first + APPENDED))]
            await history.create_many([queued for queued, _ in logs])
            appended = []
            for queued, (started, end) in logs:
                steps = [taken(step, figures) for step in range(1, STEPS + 1, TOGETHER)]
                appended.append((queued.run, [Record.of(e, seq) for seq, e in enumerate([started, *steps, end], 2)]))
            await history.append_many(appended)


def taken(first: int, figures: list[float]) -> Steps:
    return Steps(
        step=list(range(first, first + TOGETHER)), loss=figures, accuracy=figures, learning_rate=[0.1] * TOGETHER,
        gradient_norm=figures, milliseconds=[round(first + value, 3) for value in figures],
    )  # fmt: skip


def asked(server: str, runs: int) -> list[tuple[str, list[float]]]:
    """What is asked, and for how many milliseconds each answer took."""
    chance = random.Random(1)
    with httpx.Client(base_url=server, timeout=60) as client:

        def listed(**query: object) -> None:
            client.get(f"/api/runs?{urlencode(query)}").raise_for_status()

        def some() -> str:
            return f"{chance.randint(1, runs):012x}"

        def read(after: int) -> None:
            address = f"{server.replace('http', 'ws', 1)}/ws/runs/{some()}?after={after}"
            with connect(address, max_size=None, max_queue=None, compression=None) as socket:
                for _ in socket:
                    pass

        pages: dict[str, Callable[[], object]] = {
            "the newest 50 runs": lambda: listed(limit=50),
            "50 runs from anywhere in the list": lambda: listed(limit=50, cursor=chance.randint(51, runs)),
            "200 runs from anywhere, compact": lambda: listed(
                limit=200, cursor=chance.randint(201, runs), compact=True
            ),
            "a run": lambda: client.get(f"/api/runs/{some()}").raise_for_status(),
            "a run's whole log, to its viewer": lambda: read(0),
            "the second half of a log, to its viewer": lambda: read(STEPS // TOGETHER // 2),
            "the page of a run": lambda: client.get(f"/runs/{some()}").raise_for_status(),
            "the page of all runs": lambda: client.get("/runs").raise_for_status(),
        }
        return [(name, timed(page)) for name, page in pages.items()]


def timed(act: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(ASKED):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return took


async def plans(url: str, runs: int) -> list[tuple[str, str]]:
    """The statements that list and read, and how PostgreSQL does each (EXPLAIN ANALYZE)."""
    some = f"{runs // 2:012x}"
    statements: dict[str, Any] = {}

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        if any(f"FROM {table}" in statement for table in ("runs", "events")):
            statements.setdefault(statement, parameters)

    async with History.open(url) as history:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            await history.runs(50)
            await history.runs(50, str(runs // 2))
            await history.get(some)
            await history.read(some, 0)
            await history.read(some, 10, types=["Steps"])
            await history.weights_record(some, None)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    engine = engine_of(url)
    with engine.connect() as connection:
        found = []
        for statement, parameters in statements.items():
            rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters)
            found.append((" ".join(statement.split()), "\n".join(row[0] for row in rows)))
    engine.dispose()
    return found


def analyze(url: str) -> None:
    """As PostgreSQL does by itself within minutes."""
    engine = engine_of(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    runs: int = parser.parse_args().runs
    with TemporaryDirectory(prefix="threeseven-large-") as name, postgres(Path(name, "postgres"), keep=False) as remote:
        times, took = {}, {}
        for kind, url in (("SQLite", f"sqlite:///{name}/threeseven.db"), ("PostgreSQL", remote)):
            began = time.monotonic()
            asyncio.run(fill(url, runs))
            took[kind] = time.monotonic() - began
            if url == remote:
                analyze(url)
            began = time.monotonic()
            with serving(Path(name), "--database-url", url, warm_workers="false") as server:
                started = time.monotonic() - began
                print(f"{kind}: filled in {took[kind]:.0f} s; a server starts on it in {started:.1f} s.")
                times[kind] = asked(server.url, runs)
        print()
        head = (f"asked {ASKED} times, ms, p50 / p99", *times)
        rows = [
            (page, *(f"{quantile(each, 0.5):.1f} / {quantile(each, 0.99):.1f}" for each in (here, there)))
            for (page, here), (_, there) in zip(*times.values(), strict=True)
        ]
        print(markdown(head, rows))
        for statement, plan in asyncio.run(plans(remote, runs)):
            print(f"\n{statement}\n\n{plan}")


if __name__ == "__main__":
    main()
