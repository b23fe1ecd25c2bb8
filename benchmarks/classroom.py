"""`python -m benchmarks.classroom`: a class of thirty opens a lesson; three hundred follow a teacher and predict.

Thirty browsers do not fit beside the server on two cores, so that what thirty pages fetch is fetched by as many plain
clients, over real connections, while one real Chromium page among them tells when the experiment is on its screen.
`--pages 30` opens that many Chromium pages instead.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import secrets
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import Any

import httpx
import uvloop
from playwright.async_api import Browser, async_playwright
from websockets.asyncio.client import connect

from benchmarks.lean_socket import LeanViewer
from benchmarks.server import Server, running
from benchmarks.table import markdown, quantile
from scripts.find_browser import needed

LESSON = "learning-rate"
SECONDS = 10.0
"""In which all of the class open it."""
CLASS, FOLLOWERS, ROUNDS = 30, 300, 20

ON_SCREEN = "() => /^12 runs of this server/.test(document.querySelector('#source')?.textContent ?? '')"
"""The twelve runs of the lesson's default experiment have been read and drawn."""

PARALLEL = 6
"""Connections that a browser opens to a server."""


@dataclass
class Fetched:
    """What one page asked for: requests in their order, and what it sent over its WebSocket."""

    requests: list[tuple[str, str, str | None]]
    frames: list[str]


async def look(browser: Browser, url: str) -> tuple[float, Fetched]:
    """Seconds until the experiment is on a page's screen, and what that page fetched."""
    context = await browser.new_context(base_url=url)
    fetched = Fetched([], [])
    context.on("request", lambda r: fetched.requests.append((r.method, r.url, r.post_data)))
    page = await context.new_page()
    page.on("websocket", lambda s: s.on("framesent", lambda sent: fetched.frames.append(str(sent))))
    begun = time.perf_counter()
    await page.goto(f"/lessons/{LESSON}")
    await page.evaluate(
        f"""new Promise((resolve) => {{
          const look = () => ({ON_SCREEN})() ? resolve() : requestAnimationFrame(look);
          look();
        }})"""
    )
    took = time.perf_counter() - begun
    await context.close()
    return took, fetched


class Connection:
    """One of a plain client's, which is kept from one request to the next. httpx would take longer than the server."""

    def __init__(self, host: tuple[str, int]) -> None:
        self._host = host
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def fetch(self, method: str, path: str, body: str | None = None) -> int:
        """The answer's status. A kept connection that the server has closed is opened again, as browsers do."""
        if self._streams is not None:
            try:
                return await self._ask(method, path, body)
            except (asyncio.IncompleteReadError, ConnectionError):
                self.close()
        self._streams = await asyncio.open_connection(*self._host)
        return await self._ask(method, path, body)

    async def _ask(self, method: str, path: str, body: str | None) -> int:
        assert self._streams is not None
        reader, writer = self._streams
        data = (body or "").encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host[0]}:{self._host[1]}\r\nAccept-Encoding: gzip\r\n"
        if data:
            head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
        writer.write(f"{head}\r\n".encode() + data)
        answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(answered.split(" ", 2)[1])
        if status != 204:
            await reader.readexactly(int(answered.partition("content-length:")[2].partition("\r\n")[0]))
        return status

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()


async def fetch_as_page(server: Server, fetched: Fetched) -> float:
    """Seconds until a plain client has all that a page needs for the experiment: the page, then the rest of its
    requests over six connections, then its subscriptions until each run's log has ended."""
    begun = time.perf_counter()
    asked = iter([(method, url.removeprefix(server.url), data) for method, url, data in fetched.requests])
    connections = [Connection(server.host) for _ in range(PARALLEL)]

    async def fetch(connection: Connection, *, most: int | None = None) -> None:
        for method, path, data in islice(asked, most):
            if path.startswith("/") and (status := await connection.fetch(method, path, data)) >= 400:
                raise RuntimeError(f"{method} {path} was answered {status}")

    await fetch(connections[0], most=1)
    await asyncio.gather(*map(fetch, connections))
    runs = sum('"run":' in frame for frame in fetched.frames)
    async with connect(f"{server.url.replace('http', 'ws', 1)}/ws", max_size=None, compression=None) as socket:
        for frame in fetched.frames:
            await socket.send(frame)
        while runs:
            runs -= '"type": "Ended"' in str((await socket.recv())[:30])
    took = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return took


async def later(seconds: float, work: Coroutine[Any, Any, Any]) -> Any:
    await asyncio.sleep(seconds)
    return await work


async def a_class_opens_a_lesson(server: Server, pages: int, chromium: str) -> tuple[list[float], list[float]]:
    """Seconds of the pages, and of the plain clients."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=arguments)
        _, fetched = await look(browser, server.url)
        at = [SECONDS * i / CLASS for i in range(CLASS)]
        random.Random(0).shuffle(at)
        looks = [later(seconds, look(browser, server.url)) for seconds in at[:pages]]
        fetches = [later(seconds, fetch_as_page(server, fetched)) for seconds in at[pages:]]
        done = await asyncio.gather(*looks, *fetches)
        await browser.close()
    return [took for took, _ in done[:pages]], done[pages:]


class Follower(LeanViewer):
    """A member that follows."""

    def __init__(self, host: str, code: str) -> None:
        super().__init__("/ws", host)
        self._wanted: tuple[str, asyncio.Future[float]] = "", asyncio.get_running_loop().create_future()
        self._subscribe = {"type": "subscribe", "class": code, "member": secrets.token_hex(16), "follows": True}

    def subscribe(self) -> None:
        data = json.dumps(self._subscribe).encode()
        length = bytes((0x80 | len(data),)) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2)
        self._transport.write(b"\x81" + length + bytes(4) + data)

    def shown(self, page: str) -> "asyncio.Future[float]":
        """When its class is shown this page next (Unix seconds)."""
        self._wanted = page, asyncio.get_running_loop().create_future()
        return self._wanted[1]

    def _read(self, data: bytes, opcode: int, start: int, now: float) -> None:
        if opcode != 1:
            return super()._read(data, opcode, start, now)
        if data.startswith(b'{"type": "Class"', start):
            frame, _ = json.JSONDecoder().raw_decode(data[start:].decode(errors="ignore"))
            page, future = self._wanted
            if frame.get("page") == page and not future.done():
                future.set_result(now)


async def answer_at_once(host: tuple[str, int], code: str) -> list[float]:
    """Seconds that each of the followers' predictions took, all sent together over connections that are open."""
    connections = [Connection(host) for _ in range(FOLLOWERS)]
    for connection in connections:
        await connection.fetch("GET", "/healthz")

    async def post(connection: Connection) -> float:
        answers = {"best": f"{random.uniform(-3, 2.5):.2f}", "cliff": f"{random.uniform(-3, 2.5):.2f}"}
        body = json.dumps({"member": secrets.token_hex(16), "lesson": LESSON, "answers": answers})
        begun = time.perf_counter()
        status = await connection.fetch("POST", f"/api/classes/{code}/predictions", body)
        if status != 204:
            raise RuntimeError(f"a prediction was answered {status}")
        return time.perf_counter() - begun

    took = await asyncio.gather(*map(post, connections))
    for connection in connections:
        connection.close()
    return took


async def a_class_follows(server: Server) -> tuple[list[float], list[float], list[float]]:
    """Seconds from the teacher's change until each follower has it, until the last has it, and of each prediction."""
    loop = asyncio.get_running_loop()
    host = f"{server.host[0]}:{server.host[1]}"
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as teacher:
        code = (await teacher.post("/api/classes")).raise_for_status().json()["code"]
        followers: list[Follower] = []
        for _ in range(FOLLOWERS):
            _, follower = await loop.create_connection(lambda: Follower(host, code), *server.host)
            await follower.open
            follower.subscribe()
            followers.append(follower)
        await asyncio.sleep(1)  # until the counts have settled
        each, last = [], []
        for n in range(ROUNDS):
            page = f"/lessons/{LESSON}?seed={n}"
            shown = [follower.shown(page) for follower in followers]
            begun = time.time()
            (await teacher.patch(f"/api/classes/{code}", json={"page": page})).raise_for_status()
            took = [at - begun for at in await asyncio.gather(*shown)]
            each += took
            last.append(max(took))
            await asyncio.sleep(0.3)
        predictions = []
        for _ in range(3):
            predictions += await answer_at_once(server.host, code)
        state = (await teacher.patch(f"/api/classes/{code}", json={"released": True})).raise_for_status().json()
        if state["here"] != FOLLOWERS or state["answered"] != 3 * FOLLOWERS:
            raise RuntimeError(f"the server counts otherwise: {state['here']} here, {state['answered']} answered")
        await teacher.delete(f"/api/classes/{code}")
    return each, last, predictions


async def prepared(server: Server) -> None:
    """Wait until the lesson's default experiment is there, as it is once the server has been idle."""
    async with httpx.AsyncClient(base_url=server.url, timeout=30) as client:
        while True:
            asked = (await client.post(f"/api/lessons/{LESSON}/trials/rates", json={})).raise_for_status().json()
            if all(run["state"] == "finished" for run in asked["runs"]):
                return
            await asyncio.sleep(0.5)


async def measure(pages: int, chromium: str) -> None:
    before = os.getloadavg()[0]
    with running(class_size="1000") as server:
        await prepared(server)
        idle = server.cpu_seconds
        on_screen, fetched = await a_class_opens_a_lesson(server, pages, chromium)
        opened = server.cpu_seconds
        each, last, predictions = await a_class_follows(server)
        followed = server.cpu_seconds
    rows = [
        (
            f"{len(took)} {what}",
            f"{median(took) * scale:.{digits}f}",
            f"{quantile(took, 0.99) * scale:.{digits}f}",
            unit,
        )
        for what, took, scale, digits, unit in (
            (f"Chromium pages of a class of {CLASS}: experiment on screen", on_screen, 1, 2, "s"),
            ("plain clients beside them: all that such a page fetches", fetched, 1, 2, "s"),
            (f"frames ({FOLLOWERS} followers): teacher's change until a follower has it", each, 1000, 1, "ms"),
            (f"changes: until the last of {FOLLOWERS} followers has it", last, 1000, 1, "ms"),
            (f"predictions, {FOLLOWERS} at once: until answered", predictions, 1000, 1, "ms"),
        )
        if took
    ]
    print(markdown(("what", "median", "p99", "unit"), rows))
    first, rest = f"{opened - idle:.1f} s for {CLASS + 1} pages", f"{followed - opened:.1f} s for {ROUNDS} changes"
    print(f"\nProcessor time of the web process: {first}; {rest} and {len(predictions)} predictions.")
    print(f"{os.cpu_count()} cores, {platform.machine()}; load before {before:.2f}, after {os.getloadavg()[0]:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1, choices=range(CLASS + 1), metavar="N")
    uvloop.run(measure(parser.parse_args(sys.argv[1:]).pages, needed()))


if __name__ == "__main__":
    main()
