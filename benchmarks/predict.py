"""`python -m benchmarks.predict`: `POST /predict` against a no-op route of the same server, 16 connections; and what
reading one image takes by itself, which no server can take from it."""

import asyncio
import json
import random
import time
import timeit
from collections.abc import Iterator
from statistics import median

import numpy as np
import uvloop
from numpy.typing import NDArray

from app.handwriting.builtin import NAME
from app.handwriting.reader import Reader
from app.learning.dataset import load
from app.web.predict_input import Choice, drawing
from app.web.prediction import encode
from benchmarks.server import Server, running
from benchmarks.table import markdown, spread

CONNECTIONS = 16
SECONDS, ROUNDS = 0.4, 25
"""Short and many: what is compared follows each other closely on cores whose speed changes by the second,
and in another order each time."""


class Caller(asyncio.Protocol):
    """Sends the same request again and again on one connection and counts the answers."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = bytearray()
        self.answers = 0
        self.stop = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # of a stream
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        field = self._buffer.lower().index(b"content-length:", 0, head) + 15
        length = int(self._buffer[field : self._buffer.index(b"\r\n", field)])
        if len(self._buffer) < head + 4 + length:
            return
        if not self._buffer.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._buffer.decode())
        self._buffer.clear()
        self.answers += 1
        if not self.stop:
            self.transport.write(self._request)


async def rate(server: Server, request: bytes) -> tuple[float, float]:
    """Requests per second, and the web process's microseconds of processor time for each."""
    host = server.host
    loop = asyncio.get_running_loop()
    callers = [(await loop.create_connection(lambda: Caller(request), *host))[1] for _ in range(CONNECTIONS)]
    await asyncio.sleep(0.2)
    counted, begun, worked = sum(c.answers for c in callers), time.perf_counter(), server.cpu_seconds
    await asyncio.sleep(SECONDS)
    counted, took = sum(c.answers for c in callers) - counted, time.perf_counter() - begun
    worked = server.cpu_seconds - worked
    for caller in callers:
        caller.stop = True
        caller.transport.close()
    return counted / took, 1e6 * worked / counted


def post(host: tuple[str, int], body: bytes, kind: str, path: str = "/predict") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: {host[0]}:{host[1]}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def main() -> None:
    image = load().valid_images[0].numpy()
    strokes = [[[20 + t, 20 + t * t / 40] for t in range(40)], [[10, 60], [50, 60]]]
    with running("benchmarks.noop_server") as server:
        server.until_warm()
        host = server.host
        requests = {
            "no-op: an empty FastAPI route, sent 784 bytes": post(
                host, image.tobytes(), "application/octet-stream", "/noop"
            ),
            "`GET /healthz`: an empty Starlette route": b"GET /healthz HTTP/1.1\r\nHost: %b:%d\r\n\r\n"
            % (host[0].encode(), host[1]),
            "784 raw bytes": post(host, image.tobytes(), "application/octet-stream"),
            "784 pixels as JSON integers": post(
                host, json.dumps({"pixels": image.tolist()}).encode(), "application/json"
            ),
            "784 pixels as JSON fractions": post(
                host, json.dumps({"pixels": (image / np.float32(255)).round(4).tolist()}).encode(), "application/json"
            ),
            "strokes as JSON": post(host, json.dumps({"strokes": strokes}).encode(), "application/json"),
        }
        rates: dict[str, list[tuple[float, float]]] = {name: [] for name in requests}
        for _ in range(ROUNDS):
            for name, request in random.sample(list(requests.items()), len(requests)):
                rates[name].append(uvloop.run(rate(server, request)))
    noop = next(iter(rates.values()))
    rows = []
    for name, measured in rates.items():
        each, worked = zip(*measured, strict=True)
        ratios = [a / b for a, (b, _) in zip(each, noop, strict=True)]
        rows.append((name, spread(each, digits=0), f"{median(ratios):.2f}", spread(worked, digits=0)))
    head = "request", "requests/s, median (min–max)", "over the no-op", "the web process's processor time for each, µs"
    print(markdown(head, rows))
    print(f"\n{markdown(('of one image, by itself', 'µs'), by_itself(image))}")


def by_itself(image: NDArray[np.uint8]) -> Iterator[tuple[str, str]]:
    """What is done for every image, without a server around it."""
    reader = Reader.built_in()
    pixels = image.reshape(-1).astype(np.float32)
    reading = reader.read(image)
    body, choice = json.dumps({"pixels": image.tolist()}).encode(), Choice()
    for name, work in (
        ("its pixels as JSON integers, decoded and checked", lambda: drawing(body, choice)),
        ("the network", lambda: reader.network.outputs(pixels)),
        ("all of the reading: gate, baseline and network", lambda: reader.read(image)),
        ("the answer as JSON, with the image", lambda: encode(reading, NAME, reader.step, image)),
    ):
        yield name, f"{min(timeit.repeat(work, number=500, repeat=20)) / 500 * 1e6:.0f}"


if __name__ == "__main__":
    main()
