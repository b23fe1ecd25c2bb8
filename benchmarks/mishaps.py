"""What happens to a server's disk and to its processes while a viewer watches a run: the second table of
`python -m benchmarks.hardness`.

Every frame that the viewer was sent is compared with the log, byte by byte, when all is over.
"""

import asyncio
import json
import os
import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from app.events import Weights
from benchmarks.server import Server
from benchmarks.table import quantile
from scripts.serving import serving

FAULT_SECONDS = 10.0
"""How long a disk is full, or a database locked."""
KILLED_WORKERS, KILLED_SERVERS, REPLACED = 15, 5, 5
DISK_MB = 64
PATIENCE = 300
"""Seconds after which a mishap has failed: some thirty are enough where nobody else is at work."""

PACED = {"preset": "textbook", "epochs": 400, "steps_per_second": 200}
FAST = {"preset": "textbook", "epochs": 1000, "batch_size": 32}
"""At full speed, to an end that nobody waits for."""

HEAD = (
    "mishap", "tried", "frames seen", "of these missing, doubled or different", "worst delay, ms",
    "/healthz p99 / worst, ms",
)  # fmt: skip


class Skipped(Exception):
    """This cannot be tried here; the message says why."""


@dataclass
class Seen:
    """What a viewer of one run was sent, in its order."""

    frames: list[tuple[int, bytes]] = field(default_factory=list)
    skipped: int = 0
    """Steps that did not come though later ones did."""
    last: int = 0
    """The newest step."""
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by each further step."""

    def take(self, frame: str | bytes) -> str:
        """The event's type."""
        if isinstance(frame, bytes):
            self.frames.append((Weights.seq_of(frame) or 0, frame))
            return Weights.__name__
        event: dict[str, Any] = json.loads(frame)
        self.frames.append((event["seq"], frame.encode()))
        if event["type"] == "Steps":
            self.skipped += event["step"][0] - self.last - 1
            self.last = event["step"][-1]
            self.moved.set()
        return str(event["type"])

    async def next_step(self) -> None:
        self.moved.clear()
        await self.moved.wait()


def lost(seen: Sequence[tuple[int, bytes]], kept: Mapping[int, bytes]) -> int:
    """How many frames came twice, or are not in the log as they came."""
    twice = len(seen) - len({seq for seq, _ in seen})
    return twice + sum(kept.get(seq) != frame for seq, frame in seen)


def log_of(folder: Path, run: str) -> dict[int, bytes]:
    with closing(sqlite3.connect(f"{(folder / 'threeseven.db').as_uri()}?mode=ro", uri=True, timeout=30)) as database:
        return dict(database.execute("SELECT seq, data FROM events WHERE run = ?", (run,)))


@dataclass
class Outcome:
    tried: str
    seen: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)
    """Seconds."""
    health: list[float] = field(default_factory=list)
    """The same, of each request of ``/healthz``; empty where nobody asked."""

    def add(self, seen: Seen, folder: Path, run: str) -> None:
        """Of a run whose log does not change any more."""
        self.seen += len(seen.frames)
        self.lost += lost(seen.frames, log_of(folder, run)) + seen.skipped


@contextmanager
def started(folder: Path, **settings: Any) -> Iterator[Server]:
    with serving(folder, **settings) as serves:
        server = Server(serves.url, serves.process)
        server.until_warm(PATIENCE)
        yield server


@asynccontextmanager
async def watched(server: Server, run: str) -> AsyncIterator[Seen]:
    """A viewer, from the run's first steps on."""
    seen = Seen()

    async def watch() -> None:
        address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}?weights=2"
        with suppress(ConnectionClosed):
            async with connect(address, max_size=None, max_queue=None, compression=None) as viewer:
                async for frame in viewer:
                    seen.take(frame)

    async with AsyncExitStack() as stack:
        stack.callback(asyncio.create_task(watch()).cancel)
        await seen.next_step()
        yield seen


async def ask_health(server: Server, waits: list[float]) -> None:
    async with httpx.AsyncClient(timeout=60) as client:
        while True:
            began = time.perf_counter()
            (await client.get(f"{server.url}/healthz")).raise_for_status()
            waits.append(time.perf_counter() - began)
            await asyncio.sleep(0.1)


async def stop(server: Server, run: str) -> None:
    async with httpx.AsyncClient(timeout=60, base_url=server.url) as client:
        await client.post(f"/api/runs/{run}/control", json={"action": "stop"})  # 409 where it has ended by itself
    await answered(server, f"/api/runs/{run}", lambda answer: answer.json()["state"] != "running")


async def answered(server: Server, path: str, wanted: Callable[[httpx.Response], bool]) -> None:
    """Return once it is."""
    async with httpx.AsyncClient(timeout=60, base_url=server.url) as client:
        while True:
            if wanted(await client.get(path)):
                return
            await asyncio.sleep(0.02)


async def beside(folder: Path, fault: Callable[[], Awaitable[None]], **settings: Any) -> Outcome:
    """A fault that ends while the run goes on: the delay is from its end to the next step."""
    outcome = Outcome(f"{FAULT_SECONDS:.0f} s")
    with started(folder, **settings) as server:
        run = server.start(**PACED)
        async with watched(server, run) as seen:
            asking = asyncio.create_task(ask_health(server, outcome.health))
            await fault()
            began = time.perf_counter()
            await seen.next_step()
            outcome.delays.append(time.perf_counter() - began)
            asking.cancel()
            await stop(server, run)
        outcome.add(seen, folder, run)
    return outcome


async def locked(folder: Path) -> Outcome:
    """another program locks the database: until the run goes on, after it is free"""

    async def lock() -> None:
        with closing(sqlite3.connect(folder / "threeseven.db", isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(FAULT_SECONDS)

    return await beside(folder, lock)


async def full(folder: Path) -> Outcome:
    """the disk is full: until the run goes on, after there is room"""
    with small_disk(folder / "disk") as disk:

        async def fill() -> None:
            filler = disk / "filler"
            with suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(1 << 16))
            await asyncio.sleep(FAULT_SECONDS)
            filler.unlink()

        return await beside(disk, fill, reserve_bytes="0")


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """In memory. Raises Skipped where nothing can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    except OSError as error:
        raise Skipped(f"no small disk can be mounted: {error}") from None
    if mounted.returncode:
        raise Skipped(f"no small disk can be mounted, which takes root: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def replaced(folder: Path) -> Outcome:
    """another file takes the database's place, and goes again: until `/readyz` says so"""
    outcome = Outcome(f"{REPLACED}")
    file, aside = folder / "threeseven.db", folder / "aside"
    with started(folder) as server:
        for _ in range(REPLACED):
            run = server.start(**PACED)
            async with watched(server, run) as seen:
                other = folder / "other"
                with closing(sqlite3.connect(other)) as database:
                    database.execute("CREATE TABLE IF NOT EXISTS notes (text)")
                file.rename(aside)
                other.rename(file)
                began = time.perf_counter()
                await answered(server, "/readyz", lambda answer: "replaced" in answer.text)
                outcome.delays.append(time.perf_counter() - began)
                aside.replace(file)
                await answered(server, "/readyz", lambda answer: answer.status_code == 200)
            await stop(server, run)
            outcome.add(seen, folder, run)
    return outcome


async def killed_workers(folder: Path) -> Outcome:
    """a worker is killed by SIGKILL amid a run: until its viewer is told that the run goes on in another"""
    draw = random.Random(0)
    outcome = Outcome(f"{KILLED_WORKERS}")
    with started(folder) as server:
        for _ in range(KILLED_WORKERS):
            run = server.start(**FAST)
            address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}?weights=2"
            seen = Seen()
            async with connect(address, max_size=None, max_queue=None, compression=None) as viewer:
                while seen.take(await viewer.recv()) != "Steps":
                    pass
                worker = server.busy_worker
                end = time.perf_counter() + draw.uniform(0, 1)
                while time.perf_counter() < end:
                    seen.take(await viewer.recv())
                began = time.perf_counter()
                os.kill(worker, signal.SIGKILL)
                while seen.take(await viewer.recv()) != "WorkerReplaced":
                    pass
                outcome.delays.append(time.perf_counter() - began)
                while seen.take(await viewer.recv()) != "Steps":
                    pass
            await stop(server, run)
            outcome.add(seen, folder, run)
    return outcome


async def killed_servers(folder: Path) -> Outcome:
    """the server is killed by SIGKILL amid a run: until one that is started then answers"""
    draw = random.Random(0)
    outcome = Outcome(f"{KILLED_SERVERS}")
    for _ in range(KILLED_SERVERS):
        with started(folder) as server:
            run = server.start(**FAST)
            async with watched(server, run) as seen:
                await asyncio.sleep(draw.uniform(0, 1))
                server.process.kill()
                began = time.perf_counter()
                server.process.wait()
                with serving(folder, warm_workers="false") as again:
                    await asyncio.to_thread(httpx.get, again.url, timeout=60)
                    outcome.delays.append(time.perf_counter() - began)
        outcome.add(seen, folder, run)
    return outcome


MISHAPS: list[Callable[[Path], Awaitable[Outcome]]] = [locked, full, replaced, killed_workers, killed_servers]


async def measure(mishap: Callable[[Path], Awaitable[Outcome]], folder: Path) -> tuple[Any, ...]:
    """One row of the table. Raises Skipped."""
    async with asyncio.timeout(PATIENCE):
        found = await mishap(folder)
    waits = [1000 * wait for wait in found.health]
    health = f"{quantile(waits, 0.99):.0f} / {max(waits):.0f}" if waits else "–"
    return mishap.__doc__, found.tried, f"{found.seen:,}", found.lost, f"{1000 * max(found.delays):,.0f}", health
