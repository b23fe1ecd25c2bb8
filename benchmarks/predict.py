"""`python -m benchmarks.predict`: `POST /predict` against a no-op route of the same server, 16 connections."""

import asyncio
import json
import time
from statistics import median

import numpy as np
import uvloop

from app.learning.dataset import load
from benchmarks.server import running
from benchmarks.table import markdown, spread

CONNECTIONS = 16
SECONDS = 1.0
ROUNDS = 9


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


async def rate(host: tuple[str, int], request: bytes) -> float:
    """Requests per second."""
    loop = asyncio.get_running_loop()
    callers = [(await loop.create_connection(lambda: Caller(request), *host))[1] for _ in range(CONNECTIONS)]
    await asyncio.sleep(0.2)
    counted, begun = sum(c.answers for c in callers), time.perf_counter()
    await asyncio.sleep(SECONDS)
    counted, took = sum(c.answers for c in callers) - counted, time.perf_counter() - begun
    for caller in callers:
        caller.stop = True
        caller.transport.close()
    return counted / took


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
        rates: dict[str, list[float]] = {name: [] for name in requests}
        for _ in range(ROUNDS):
            for name, request in requests.items():
                rates[name].append(uvloop.run(rate(host, request)))
    noop = next(iter(rates.values()))
    rows = []
    for name, measured in rates.items():
        ratios = [a / b for a, b in zip(measured, noop, strict=True)]
        rows.append((name, spread(measured, digits=0), f"{median(ratios):.2f}"))
    print(markdown(("request", "requests/s, median (min–max)", "over the no-op"), rows))


if __name__ == "__main__":
    main()
