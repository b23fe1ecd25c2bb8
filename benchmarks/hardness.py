"""`python -m benchmarks.hardness [NAME …]`: what is done to a server, what is lost by it, and how long honest clients
wait. The names are those of ``FAULTS`` here, which visitors bring about, and of ``MISHAPS`` in `benchmarks.mishaps`."""

import asyncio
import base64
import io
import json
import os
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from PIL import Image
from websockets.asyncio.client import connect

from benchmarks import mishaps
from benchmarks.server import Server
from benchmarks.table import markdown, quantile
from scripts.long_run import write_long_run
from scripts.serving import serving

STEPS = 496_000
SECONDS = 15.0
VIEWERS = 5
TOKEN = "the server's own"
ELSEWHERE = "127.0.0.3"
"""An address of its own for viewers who do harm: one address has a limit of them."""


@dataclass
class Honest:
    """What clients that do nothing wrong met meanwhile. Delays in seconds; a viewer's is how much longer a step took to
    come than the quickest one did, since the worker's clock has a beginning of its own."""

    health: list[float] = field(default_factory=list)
    viewers: list[float] = field(default_factory=list)
    photos: list[float] = field(default_factory=list)
    lost: int = 0

    def lose(self, what: str, count: int = 1) -> None:
        """Count it, and say on stderr what it was."""
        self.lost += count
        print(f"lost: {what}", file=sys.stderr, flush=True)

    async def answered(self, what: str, answer: Awaitable[bytes], seconds: float = 30) -> None:
        """Wait for an answer, which is to be 200."""
        try:
            async with asyncio.timeout(seconds):
                head, _, _ = (await answer).partition(b"\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                self.lose(f"{what}: answered {head!r}")
        except OSError as error:  # also when the time is over
            self.lose(f"{what}: {error!r}")

    async def ask_health(self, server: Server) -> None:
        """And for a page: each over a connection of its own, some ten times a second."""
        while True:
            began = time.perf_counter()
            await self.answered("/healthz", _asked(server, "/healthz"))
            self.health.append(time.perf_counter() - began)
            await self.answered("a page", _asked(server, "/"))
            await asyncio.sleep(0.1)

    async def ask_photos(self, server: Server) -> None:
        """A photo of 200 kB, some three times a second, from another address."""
        photo = _picture(512, "JPEG")
        while True:
            began = time.perf_counter()
            await self.answered("a photo", _sent(server, _post("image/jpeg", photo), address="127.0.0.2"), seconds=60)
            self.photos.append(time.perf_counter() - began)
            await asyncio.sleep(0.3)

    async def control(self, server: Server) -> None:
        """A browser that signed in before somebody at the same address began to guess."""
        async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
            (await client.post("/api/session", json={"token": TOKEN})).raise_for_status()
            while True:
                try:
                    answer = await client.get("/api/session")
                except httpx.RemoteProtocolError:  # a connection that was idle may be closed: browsers ask again too
                    answer = await client.get("/api/session")
                if not answer.json()["control"]:
                    self.lose("control of a browser that had signed in")
                await asyncio.sleep(0.3)

    async def view(self, server: Server, run: str) -> None:
        """A viewer of a live run: how long steps take to come, and whether any is missing."""
        address = f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}"
        began, last = 0.0, 0
        async with connect(address, max_size=None, max_queue=None, compression=None) as viewer:
            async for frame in viewer:
                if not isinstance(frame, str):
                    continue
                event = json.loads(frame)
                if event["type"] == "RunStarted":
                    began = event["time"]
                elif event["type"] == "Steps":
                    self.viewers.append(time.time() - began - event["milliseconds"][-1] / 1000)
                    if missing := event["step"][0] - last - 1:
                        self.lose(f"{missing} steps, after step {last}", missing)
                    last = event["step"][-1]


async def _asked(server: Server, path: str) -> bytes:
    return await _sent(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())


async def _sent(server: Server, request: bytes, address: str = "127.0.0.1") -> bytes:
    """The answer to a request that asks for the connection to be closed."""
    reader, writer = await asyncio.open_connection(*server.host, local_addr=(address, 0))
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def _post(type: str, body: bytes) -> bytes:
    head = (
        f"POST /predict?image=false HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _picture(side: int, format: str) -> bytes:
    """Of noise as a JPEG, empty and transparent as a PNG."""
    file = io.BytesIO()
    if format == "JPEG":
        Image.effect_noise((side, side), 100).save(file, format, quality=95)
    else:
        Image.new("RGBA", (side, side)).save(file, format)
    return file.getvalue()


class Times:
    """How often something was done, which goes on being counted."""

    count = 0

    def __str__(self) -> str:
        return f"{self.count:,}"


Fault = Callable[[Server, AsyncExitStack], Awaitable[object]]
"""Does it until the stack is closed. What it returns says, when all is over, how often."""


async def no_fault(server: Server, stack: AsyncExitStack) -> str:
    """nothing"""
    return "–"


async def downloads(server: Server, stack: AsyncExitStack) -> str:
    """50 downloads of a run of 496,000 steps by clients that never read"""
    for format in ("json", "csv"):
        path = f"/api/runs/long/metrics?format={format}"
        await _open(server, stack, 25, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return "50"


async def quick_downloads(server: Server, stack: AsyncExitStack) -> str:
    """20 clients that download it again and again"""
    await _others(download, server, stack)
    return "20"


async def _others(what: Callable[[str], Awaitable[None]], server: Server, stack: AsyncExitStack) -> Times:
    """In a process of its own, which says when it begins, and then each time, on its standard output: how often."""
    command = [sys.executable, "-m", "benchmarks.hardness", f"--{what.__name__}", server.url]
    others = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    stack.push_async_callback(others.wait)
    stack.callback(others.kill)
    said = others.stdout
    assert said is not None
    await said.readexactly(1)
    times = Times()

    async def count() -> None:
        while new := await said.read(65_536):
            times.count += len(new)

    stack.callback(asyncio.create_task(count()).cancel)
    return times


def _done() -> None:
    """Say so."""
    os.write(1, b".")


async def download(url: str) -> None:
    async def fetch(format: str) -> None:
        async with httpx.AsyncClient(timeout=None) as client:
            while True:
                async with client.stream("GET", f"{url}/api/runs/long/metrics?format={format}") as answer:
                    async for _ in answer.aiter_raw():
                        pass

    await asyncio.gather(*(fetch(("json", "csv")[number % 2]) for number in range(20)))


async def silent(server: Server, stack: AsyncExitStack) -> str:
    """2,500 connections that say nothing"""
    await _open(server, stack, 2500, b"")
    return "2,500"


async def slow_heads(server: Server, stack: AsyncExitStack) -> str:
    """1,000 that send a head byte by byte"""
    connections = await _open(server, stack, 1000, b"GET / HTTP/1.1\r\nX-Slow: ")

    async def dribble() -> None:
        while True:
            for connection in connections:
                with suppress(ConnectionError):
                    connection.sendall(b"x")
            await asyncio.sleep(1)

    stack.callback(asyncio.create_task(dribble()).cancel)
    return "1,000"


async def slow_bodies(server: Server, stack: AsyncExitStack) -> str:
    """1,000 small bodies of which one byte comes"""
    begun = b"POST /api/runs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    await _open(server, stack, 1000, begun)
    return "1,000"


async def pictures(server: Server, stack: AsyncExitStack) -> str:
    """16 connections that send a PNG of 25 million pixels again and again"""
    request = _post("image/png", _picture(5000, "PNG"))

    async def send() -> None:
        while True:
            with suppress(OSError):
                await _sent(server, request)

    for _ in range(16):
        stack.callback(asyncio.create_task(send()).cancel)
    return "16"


async def stalled_uploads(server: Server, stack: AsyncExitStack) -> str:
    """200 photos of which 100 kB come and no more"""
    await _open(server, stack, 200, _post("image/jpeg", bytes(10**6))[:100_000])
    return "200"


async def unread_viewers(server: Server, stack: AsyncExitStack) -> str:
    """500 viewers of a run of 496,000 steps that never read"""
    await _open(server, stack, 500, _handshake("/ws/runs/long"), ELSEWHERE)
    return "500"


async def talkers(server: Server, stack: AsyncExitStack) -> Times:
    """20 viewers that send pings without reading, or empty frames, until they are cut off, and come again"""
    return await _others(talk, server, stack)


async def talk(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    ping, empty = b"\x89\xfd" + bytes(4 + 125), b"\x81\x80" + bytes(4)

    async def send(said: bytes) -> None:
        while True:
            with suppress(OSError):
                reader, writer = await asyncio.open_connection(host, int(port), local_addr=(ELSEWHERE, 0))
                writer.write(_handshake("/ws"))
                try:
                    await reader.readuntil(b"\r\n\r\n")
                    while not writer.is_closing():
                        writer.write(said)
                        await writer.drain()
                        await asyncio.sleep(0)
                except asyncio.IncompleteReadError:
                    pass
                finally:
                    writer.transport.abort()
            _done()

    await asyncio.gather(*(send((ping, empty)[number % 2] * 500) for number in range(20)))


async def long_handshakes(server: Server, stack: AsyncExitStack) -> str:
    """900 handshakes with 60 kB of cookies, 200 headers more, or a body, of which nothing is read"""
    for more in (f"Cookie: a={'a' * 60_000}\r\n", "X: x\r\n" * 200, "Content-Length: 5\r\n"):
        await _open(server, stack, 300, _handshake("/ws", more), ELSEWHERE)
    return "900"


async def guesses(server: Server, stack: AsyncExitStack) -> Times:
    """50 clients that try tokens, one after another, at the address of one that has signed in"""
    return await _others(guess, server, stack)


async def guess(url: str) -> None:
    limits = httpx.Limits(max_connections=50)
    async with httpx.AsyncClient(base_url=url, timeout=None, limits=limits) as client:

        async def try_out(name: int) -> None:
            number = 0
            while True:
                number += 1
                with suppress(httpx.TransportError):
                    await client.post("/api/session", json={"token": f"{name}.{number}"})
                    _done()

        await asyncio.gather(*map(try_out, range(50)))


def _handshake(path: str, more: str = "") -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    ).encode()


async def _open(
    server: Server, stack: AsyncExitStack, count: int, sent: bytes, address: str = "127.0.0.1"
) -> list[socket.socket]:
    """Connections from this address on which this was sent, and from which nothing is read."""

    def connected() -> socket.socket:
        connection = stack.enter_context(socket.socket())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((address, 0))
        connection.connect(server.host)
        with suppress(ConnectionError):
            connection.sendall(sent)
        return connection

    return await asyncio.to_thread(lambda: [connected() for _ in range(count)])


FAULTS: list[Fault] = [
    no_fault, downloads, quick_downloads, silent, slow_heads, slow_bodies, pictures, stalled_uploads, unread_viewers,
    talkers, long_handshakes, guesses,
]  # fmt: skip
OTHERS = {f"--{each.__name__}": each for each in (download, talk, guess)}
"""Clients that are other machines: they must not take the server's processor."""


async def suffer(server: Server, fault: Fault) -> tuple[Any, ...]:
    """One row of the table."""
    honest = Honest()
    run = server.start(preset="textbook", steps_per_second=50, epochs=40)
    before = server.memory_mb
    tasks = [asyncio.create_task(honest.view(server, run)) for _ in range(VIEWERS)]
    await asyncio.sleep(1)
    honest.viewers.clear()  # what had been before it came
    tasks += [asyncio.create_task(ask(server)) for ask in (honest.ask_health, honest.ask_photos, honest.control)]
    async with AsyncExitStack() as stack:
        tried = await fault(server, stack)
        memory, end = before, time.monotonic() + SECONDS
        while time.monotonic() < end:
            memory = max(memory, server.memory_mb)
            await asyncio.sleep(0.1)
        for task in tasks:
            task.cancel()
        for done in await asyncio.gather(*tasks, return_exceptions=True):
            if not isinstance(done, asyncio.CancelledError):
                honest.lose(f"a client that should have gone on: {done!r}")
    later = [delay - min(honest.viewers) for delay in honest.viewers]
    delays = [_milliseconds(each) for each in (honest.health, later, honest.photos)]
    return fault.__doc__, tried, honest.lost, *delays, f"{memory - before:+.0f}"


def _milliseconds(delays: list[float]) -> str:
    return f"{quantile(delays, 0.99) * 1000:.0f} / {max(delays) * 1000:.0f}" if delays else "none came"


def main() -> None:
    if sys.argv[1:] and sys.argv[1] in OTHERS:
        os.nice(10)
        _done()
        return asyncio.run(OTHERS[sys.argv[1]](sys.argv[2]))
    names = sys.argv[1:]
    if rows := [*measured([fault for fault in FAULTS if not names or fault.__name__ in names])]:
        head = (
            "fault", "tried", "lost", "/healthz p99 / worst, ms", "honest viewers p99 / worst, ms",
            "honest photos p99 / worst, ms", "memory, MB",
        )  # fmt: skip
        print(f"{markdown(head, rows)}\n", flush=True)
    print_mishaps(names)


def measured(faults: Sequence[Fault]) -> Iterator[tuple[Any, ...]]:
    """Each beside a server of its own."""
    if not faults:
        return
    with TemporaryDirectory() as folder:
        asyncio.run(write_long_run(Path(folder), STEPS))
        for fault in faults:
            with serving(Path(folder), "--token", TOKEN) as started:
                server = Server(started.url, started.process)
                server.token = TOKEN
                server.until_warm()
                yield asyncio.run(suffer(server, fault))


def print_mishaps(names: Sequence[str]) -> None:
    """The second table, and why something is not in it."""
    rows, skipped = [], []
    for mishap in mishaps.MISHAPS:
        if not names or mishap.__name__ in names:
            with TemporaryDirectory() as folder:
                try:
                    rows.append(asyncio.run(mishaps.measure(mishap, Path(folder))))
                except mishaps.Skipped as reason:
                    skipped.append(f"Not tried: {(mishap.__doc__ or '').partition(':')[0]} ({reason})")
    if rows:
        print(markdown(mishaps.HEAD, rows))
    print(*skipped, sep="\n", end="\n" * bool(skipped))


if __name__ == "__main__":
    main()
