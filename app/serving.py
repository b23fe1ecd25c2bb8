"""One server process: a socket, the app, signals. Ends cleanly on SIGTERM and Ctrl-C."""

import asyncio
import errno
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import uvicorn
from fastapi import FastAPI
from rich.console import Console

from app.capacity import MAX_VIEWERS, SPARE_SOCKETS, Capacity, allow_files, capacity, files_allowed
from app.history.lock import DatabaseInUse
from app.history.unavailable import HistoryUnavailable
from app.main import create_app
from app.running import interpreter
from app.running.interpreter import ENDING_SIGNALS
from app.settings import Settings
from app.web.address import own_address
from app.web.auth import NoSessionKey
from app.web.connections import Connections
from app.web.http_protocol import Patience, http_protocol
from app.web.seldom import SeldomLines, SeldomTracebacks
from app.web.websocket_protocol import WebSocketProtocol

logger = logging.getLogger(__name__)

GRACE = 1
"""Seconds that answers under way may take when the server ends. With the workers' grace this stays under 5 s."""


class ServeError(Exception):
    """The server cannot start; the message says what to do."""


def run(settings: Settings, create: Callable[[Settings], FastAPI] = create_app) -> None:
    """Serve the app that ``create`` makes until told to end. Raises ServeError."""
    _log_to_standard_error()
    if settings.cluster and not find_spec("ray"):
        raise ServeError('--engine ray needs Ray: pip install "threeseven[cluster]"')
    _check_data(settings)
    if settings.live_url and not all(map(find_spec, ("redis", "httpx"))):
        raise ServeError('--live-url needs more packages: pip install "threeseven[cluster]"')
    if settings.live_url:
        _check_live_url(settings.live_url)
    allow_files()
    most = capacity(files_allowed(), settings.concurrent_runs)
    if most.viewers < MAX_VIEWERS:
        logger.warning(
            "At most %d viewers can watch: the system lets this process have %d files open (ulimit -n).",
            most.viewers, files_allowed(),
        )  # fmt: skip
    listening = _listen(settings, most.backlog)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(lambda: create(_advertised(settings, listening)), settings, listening, most))
            _let_signals_pass(runner.get_loop())
        _ignore_signals()
    except HistoryUnavailable as error:
        raise ServeError(f"--database-url: {error}" if settings.database_url else str(error)) from None
    except (DatabaseInUse, NoSessionKey) as error:
        raise ServeError(str(error)) from None
    finally:
        listening.close()


async def _serve(create: Callable[[], FastAPI], settings: Settings, listening: socket.socket, most: Capacity) -> None:
    with _ended_by_signals() as starting:
        app = create()
        async with app.router.lifespan_context(app):
            starting.server = _Server(_configured(app, settings, most), settings, listening)
            await starting.server.serve([listening])


class _Starting:
    """What a signal ends. Before there is a ``server`` it cancels, once, the task that opens what that needs: what has
    been opened is closed again."""

    def __init__(self, task: "asyncio.Task[None]") -> None:
        self._task = task
        self.server: _Server | None = None
        self.ended = False

    def end(self) -> None:
        if self.server is not None:
            self.server.should_exit = True
        elif not self.ended:
            self.ended = True
            self._task.cancel()


@contextmanager
def _ended_by_signals() -> Iterator[_Starting]:
    task = asyncio.current_task()
    assert task is not None
    starting = _Starting(task)
    for number in ENDING_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, starting.end)
    try:
        yield starting
    except asyncio.CancelledError:
        if not starting.ended:
            raise
        task.uncancel()


def _let_signals_pass(loop: asyncio.AbstractEventLoop) -> None:
    """All is closed: a second Ctrl-C, or the second SIGHUP that a closed terminal's shell sends, does not make an end
    in order one by a signal. Not by ignoring them yet: of one that a thread has noted already Python would write a
    traceback."""
    for number in ENDING_SIGNALS:
        loop.remove_signal_handler(number)  # first, since closing the loop would do it, and undo the next
        signal.signal(number, lambda *_: None)


def _ignore_signals() -> None:
    """Also while Python ends, which gives up handlers of its own. The threads that could note one have ended."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)  # and what has been noted is handled
    for number in ENDING_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _configured(app: FastAPI, settings: Settings, most: Capacity) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        lifespan="off",  # entered here, so that what goes wrong at start is raised, not logged
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        http=http_protocol(
            Patience(request=settings.request_patience, reading=settings.reading_patience),
            Connections(most.connections, most.viewers + SPARE_SOCKETS, spare=most.backlog),
        ),
        # Measured: deflate costs a millisecond per frame and viewer.
        ws=WebSocketProtocol,
        ws_per_message_deflate=False,
        ws_max_size=4096,  # viewers have little to say
        ws_ping_interval=settings.viewer_patience,
        ws_ping_timeout=settings.viewer_patience,
        backlog=most.backlog,
        timeout_graceful_shutdown=GRACE,
    )
    logging.getLogger("uvicorn.error").addFilter(_no_cancellations)
    logging.getLogger("uvicorn.error").addFilter(SeldomLines())
    return config


def _log_to_standard_error() -> None:
    """Warnings and errors of all but uvicorn, which has its own way there."""
    handler = logging.StreamHandler()
    handler.addFilter(SeldomTracebacks())
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])


def _no_cancellations(line: logging.LogRecord) -> bool:
    """uvicorn logs a traceback of each request that it cancels at the end, besides their number: thousands, if many
    waited."""
    return not (line.exc_info and isinstance(line.exc_info[1], asyncio.CancelledError))


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, settings: Settings, listening: socket.socket) -> None:
        super().__init__(config)
        self._settings = settings
        self._port = listening.getsockname()[1]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        _announce(self._settings, self._port)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Unlike uvicorn's own, does not raise the signal again: the app still has to close."""
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


def _announce(settings: Settings, port: int) -> None:
    with _mute_on_error() as console:
        _announce_on(console, settings, port)


class _Output(Console):
    def on_broken_pipe(self) -> None:
        """Unlike rich's own, does not end the program."""
        raise BrokenPipeError


@contextmanager
def _mute_on_error() -> Iterator[Console]:
    """A console on standard output. Where that cannot be written to (a full disk, a reader that has left) the block is
    given up, and from then on standard output goes nowhere: a server serves all the same."""
    try:
        yield _Output(highlight=False, soft_wrap=True)
    except OSError:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.close(null)


def _announce_on(console: Console, settings: Settings, port: int) -> None:
    host = f"[{settings.host}]".replace("[", "\\[") if ":" in settings.host else settings.host
    console.print(f"Threeseven is at [bold]http://{host}:{port}{settings.root_path}[/bold]  (Ctrl-C ends it)")
    if not settings.loopback and settings.token is None:
        console.print("Anyone who reaches this address can start and stop runs (--open).")


def _check_data(settings: Settings) -> None:
    """In a process of its own, whose memory goes with it; it says on standard error what is wrong."""
    if settings.mnist_dir is not None:
        download = ["--download"] if settings.download else []
        command = interpreter.command("app", "data", str(settings.mnist_dir), *download)
        with _raised_signals():
            if subprocess.run(command, env=interpreter.environment()).returncode:
                raise ServeError("--mnist-dir: the server has not started")


@contextmanager
def _raised_signals() -> Iterator[None]:
    """A signal that would end this process at once raises SystemExit, so that `subprocess.run` ends its child."""
    numbers = [number for number in ENDING_SIGNALS if number != signal.SIGINT]  # which is an exception already
    before = [signal.signal(number, lambda *_: sys.exit(0)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _check_live_url(url: str) -> None:
    from app.history.live_connection import check_address  # needs what a server alone does without

    try:
        check_address(url)
    except ValueError as error:
        raise ServeError(f"--live-url: {error}") from None


def _listen(settings: Settings, backlog: int) -> socket.socket:
    try:
        if ":" not in settings.host:
            return socket.create_server((settings.host, settings.port), backlog=backlog)
        every = settings.host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server(
            (settings.host, settings.port), family=socket.AF_INET6, backlog=backlog, dualstack_ipv6=every
        )
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            advice = "Another server may be there: choose another --port (make run PORT=8001)."
        else:
            advice = "--host must be an address or a name of this machine."
        raise ServeError(
            f"cannot listen on {settings.host} port {settings.port}: {error.strerror}. {advice}"
        ) from error


def _advertised(settings: Settings, listening: socket.socket) -> Settings:
    """With the address at which other servers reach this one."""
    if settings.live_url is None or settings.advertise_url:
        return settings
    host = settings.host
    if host in ("0.0.0.0", "::"):
        host = own_address() or "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    return settings.model_copy(update={"advertise_url": f"http://{name}:{listening.getsockname()[1]}"})


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists: it keeps a fan-out's p99 under 10 ms where asyncio's own loop needs 100."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
