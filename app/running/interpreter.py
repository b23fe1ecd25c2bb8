"""Another Python that runs a module of this very package, wherever the server was started."""

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import app

SPIN = "1000"
"""Turns for which a thread of OpenMP (GCC's, which comes with torch on Linux) busily waits for the next piece of work.
By default it takes so many that two threads, on two cores that others use too, are 25 times as slow as one: a step of
32 models took 24 to 90 ms there for 4 to 9 with this. On a quiet machine both take 1.7 ms."""

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else []))
"""They end a server (SIGHUP: the terminal was closed). A terminal sends them to its workers as well, and so does
systemd; workers leave them to the server, which ends them."""


def command(module: str, *arguments: str) -> list[str]:
    """Start it with :func:`environment`."""
    # -P, because a folder `app` in the working directory is not this one.
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> Mapping[str, str]:
    """This process's, with the package's place on the path, and ``SPIN`` where nothing else is set."""
    path = os.pathsep.join(filter(None, (str(Path(app.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return {"GOMP_SPINCOUNT": SPIN, **os.environ, "PYTHONPATH": path}
