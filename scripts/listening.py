"""Programs of other makers that listen on a port, such as proxies, until a block ends."""

import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PATIENCE = 60
"""Seconds that one may take to start, and to end, on however busy a machine."""


PORTS = range(20_000, 32_000)
"""Below those that systems give connections on their way out: one of them could be taken by such a connection before a
program listens there, or while it is started again. Beyond those that Ray gives its workers."""


def free_port() -> int:
    """Return a port of 127.0.0.1 at which nothing listens."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError):
            socket.create_server(("127.0.0.1", port)).close()
            return port


@contextmanager
def listening(folder: Path, port: int, name: str, *options: str) -> Iterator[None]:
    """The program of this name beside Python's own, in this folder, which gets its output as ``proxy.log``. Raises
    RuntimeError where it does not listen on this port of 127.0.0.1."""
    command = [str(Path(sys.executable).parent / name), *options]
    with (folder / "proxy.log").open("w") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={"HOME": str(folder)})
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{name} does not listen: {(folder / 'proxy.log').read_text()}")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
    except OSError:
        return False
    return True
