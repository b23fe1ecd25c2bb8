"""Another Python that runs a module of this very package, wherever the server was started."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import app


def command(module: str, *arguments: str) -> list[str]:
    """Start it with :func:`environment`."""
    # -P, because a folder `app` in the working directory is not this one.
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> Mapping[str, str]:
    """This process's, with the package's place on the path."""
    path = os.pathsep.join(filter(None, (str(Path(app.__file__).parents[1]), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path}
