"""A TCP proxy before a server, which can stop forwarding without closing anything: a network that swallows packets."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

PIECE = 64 * 1024


class TcpProxy:
    """``url`` is the server's, by way of the proxy. Connections made while it is silent are never answered, and those
    that it has been silent to stay silent, as after a change of networks."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: str) -> None:
        self._loop = loop
        target = urlsplit(server)
        self._target = target.hostname, target.port
        self._silent = False
        self._lost: set[asyncio.StreamWriter] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.opened = 0
        self.url = ""

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        return server

    def go_silent(self) -> None:
        self._do(self._set_silent)

    def forward_again(self) -> None:
        """For new connections."""
        self._do(self._set_forwarding)

    def cut(self) -> None:
        """Reset every connection."""
        self._do(self._abort)

    async def _set_silent(self) -> None:
        self._silent = True
        self._lost |= self._writers

    async def _set_forwarding(self) -> None:
        self._silent = False

    async def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        asyncio.run_coroutine_threadsafe(work(), self._loop).result(30)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        if self._silent:
            self._writers.add(writer)
            self._lost.add(writer)
            return
        with suppress(asyncio.CancelledError):  # at the end; asyncio takes it for a bug of a connection's handler
            behind, before = await asyncio.open_connection(*self._target)
            self._writers |= {writer, before}
            await asyncio.gather(self._pass(reader, before), self._pass(behind, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(PIECE):
                if writer not in self._lost:
                    writer.write(data)
                    await writer.drain()
        if writer not in self._lost:
            writer.close()


@contextmanager
def tcp_proxy(server: str) -> Iterator[TcpProxy]:
    """In a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="proxy")
    thread.start()
    proxy = TcpProxy(loop, server)
    listening = asyncio.run_coroutine_threadsafe(proxy.start(), loop).result(30)

    async def close() -> None:
        listening.close()
        await proxy._abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    try:
        yield proxy
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
