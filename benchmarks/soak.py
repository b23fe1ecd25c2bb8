"""`python -m benchmarks.soak`: whether a server that works for long grows, and how training goes on beside two faults.

    python -m benchmarks.soak [--runs 200] [--minutes 10] [--deletions 2000] [--locked 30]

1. ``runs`` runs one after another, spread over ``minutes``, while viewers come and go: memory and open files of the
   web process, its workers, and what is still there after all have left.
2. ``deletions`` short runs are deleted for good while a run trains.
3. Another program locks the database for ``locked`` seconds while a run trains.

A run beside a fault must log every step. It writes its tables as Markdown.
"""

import argparse
import asyncio
import json
import sqlite3
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.events import RunFailed, RunQueued, Summary
from app.history.history import History
from app.recipe import Recipe
from app.record import Record
from app.settings import Settings
from benchmarks.mishaps import ask_health
from benchmarks.server import Server
from benchmarks.table import markdown, quantile
from scripts.serving import serving

VIEWERS = 12
"""At once. Each stays for a few seconds."""

AT_ONCE = 200
"""Runs deleted by one request."""


@dataclass
class Looks:
    """At the web process, some twice a second."""

    memory: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    workers: list[int] = field(default_factory=list)

    def look(self, server: Server) -> None:
        process = Path(f"/proc/{server.process.pid}")
        self.memory.append(server.memory_mb)
        self.files.append(len(list((process / "fd").iterdir())))
        self.workers.append(len(server.processes))

    async def go_on(self, server: Server) -> None:
        while True:
            self.look(server)
            await asyncio.sleep(0.5)


async def visit(server: Server, seconds: float) -> None:
    """Watch the live run and the list for so long, then leave; again and again."""
    address = f"{server.url.replace('http', 'ws', 1)}/ws"
    while True:
        async with connect(address, max_size=None, max_queue=None) as socket:
            for what in ({"run": "live"}, {"runs": True}):
                await socket.send(json.dumps({"type": "subscribe", **what}))
            try:
                async with asyncio.timeout(seconds):
                    async for _ in socket:
                        pass
            except (TimeoutError, ConnectionClosed):
                pass


async def ended(server: Server, run: str, begun: asyncio.Event | None = None) -> float:
    """Watch a run to its end. The longest pause between two of its steps, in seconds; raises RuntimeError where one is
    missing. ``begun`` is set with the first."""
    last, at, longest = 0, 0.0, 0.0
    async with connect(f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None, max_queue=None) as viewer:
        async for frame in viewer:
            event = json.loads(frame) if isinstance(frame, str) else {}
            if event.get("type") == "Steps":
                if event["step"][0] != last + 1:
                    raise RuntimeError(f"step {last + 1} of run {run} is missing")
                now = time.perf_counter()
                longest = max(longest, now - at) if last else 0.0
                if begun is not None:
                    begun.set()
                last, at = event["step"][-1], now
    found = await asyncio.to_thread(server.run, run)
    if (found["state"], found["step"]) != ("finished", last):
        raise RuntimeError(f"run {run} is {found['state']} at step {found['step']}, and its log ends at {last}")
    return longest


async def soak(server: Server, runs: int, minutes: float) -> str:
    looks = Looks()
    async with asyncio.TaskGroup() as group:
        looking = group.create_task(looks.go_on(server))
        visiting = [group.create_task(visit(server, 1 + number % 5)) for number in range(VIEWERS)]
        begun = time.perf_counter()
        for number in range(runs):
            run = await asyncio.to_thread(server.start, epochs=2, seed=number, hidden=10 + number % 50)
            await ended(server, run)
            await asyncio.sleep(max(0.0, begun + 60 * minutes * (number + 1) / runs - time.perf_counter()))
        looking.cancel()
        for task in visiting:
            task.cancel()
    await asyncio.sleep(3)
    looks.look(server)
    tenth = max(1, len(looks.memory) // 10)
    rows = [
        (name, f"{max(seen[tenth : 2 * tenth]):.0f}", f"{max(seen[-tenth - 1 : -1]):.0f}", f"{seen[-1]:.0f}")
        for name, seen in (
            ("memory of the web process, MB", looks.memory),
            ("files that it has open", looks.files),
            ("worker processes, and those that make them", looks.workers),
        )
    ]
    head = (f"{runs} runs, {VIEWERS} viewers that come and go", "most in the 2nd tenth", "in the last", "all have left")
    return markdown(head, rows)


async def beside(server: Server, what: str, fault: Callable[[], Awaitable[None]]) -> tuple[str, ...]:
    """What a run, its viewer and ``/healthz`` notice of a fault. The run goes on until the fault is over."""
    run = await asyncio.to_thread(server.start, epochs=400, steps_per_second=500)
    waits: list[float] = []
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(ask_health(server, waits))
        watching = group.create_task(ended(server, run, begun))
        await begun.wait()
        began = time.perf_counter()
        await fault()
        took = time.perf_counter() - began
        longest = await watching
        asking.cancel()
    return what, f"{took:.1f}", f"{1000 * longest:,.0f}", f"{1000 * quantile(waits, 0.99):,.0f}", "none"


async def write_short_runs(data_dir: Path, count: int) -> list[str]:
    """Runs that ended before their first step. No server may have the directory open."""
    runs = [f"short-{number}" for number in range(count)]
    async with History.open(Settings(data_dir=data_dir).database) as history:
        for run in runs:
            await history.create(RunQueued(run=run, name=run, recipe=Recipe(), place=1, time=1000.0))
            end = RunFailed(step=0, reason="Written to be deleted.", summary=Summary(), time=1001.0)
            await history.append(run, [Record.of(end, 2)])
    return runs


async def delete(server: Server, database: Path, runs: list[str]) -> None:
    """And wait until nothing is left of them."""
    async with httpx.AsyncClient(base_url=server.url, timeout=120) as client:
        for first in range(0, len(runs), AT_ONCE):
            asked = {"runs": runs[first : first + AT_ONCE]}
            (await client.post("/api/runs/delete", json=asked)).raise_for_status()
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as other:
        while True:
            (left,) = other.execute("SELECT count(*) FROM runs WHERE id LIKE 'short-%'").fetchone()
            if not left:
                return
            await asyncio.sleep(0.1)


async def lock(database: Path, seconds: float) -> None:
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    await asyncio.sleep(seconds)
    other.close()


async def measure(runs: int, minutes: float, deletions: int, locked: float) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        short = await write_short_runs(folder, deletions)
        with serving(folder, undo_seconds="0") as started:
            server = Server(started.url, started.process)
            await asyncio.to_thread(server.until_warm)
            if runs:
                print(f"{await soak(server, runs, minutes)}\n", flush=True)

            async def nothing() -> None:
                await asyncio.sleep(5)

            database = folder / "threeseven.db"
            rows = [
                await beside(server, "nothing", nothing),
                await beside(
                    server, f"{deletions:,} runs are deleted for good", lambda: delete(server, database, short)
                ),
                await beside(server, "the database is locked", lambda: lock(database, locked)),
            ]
    head = ("beside a run at 500 steps/s", "it takes, s", "longest pause in steps, ms", "`/healthz` p99, ms", "lost")
    print(markdown(head, rows))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--deletions", type=int, default=2000)
    parser.add_argument("--locked", type=float, default=30)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.runs, arguments.minutes, arguments.deletions, arguments.locked))


if __name__ == "__main__":
    main()
