"""How many may connect: as many as the system lets this process have files open."""

from dataclasses import dataclass

MAX_VIEWERS = 2000
"""At about 33 kB each, 66 MB; one core serves them twenty messages a second."""
MAX_CONNECTIONS = 1000
"""HTTP connections with a place. Browsers keep six each."""
MAX_BACKLOG = 1024
"""Connections that the system has accepted and the server not yet looked at."""

WANTED_FILES = 4096 + 512
"""Enough for all of these."""

OWN_FILES = 48
"""For the database, log files, pictures, modules that are still to be imported."""
FILES_OF_A_RUN = 8
"""Pipes to a worker, and what it takes to start one."""
SPARE_SOCKETS = 16
"""WebSockets of viewers that have left and have not closed yet, and guests (app.web.connections)."""


@dataclass(frozen=True)
class Capacity:
    """Of connections: ``viewers`` WebSockets, ``connections`` HTTP, ``backlog`` not yet accepted."""

    viewers: int
    connections: int
    backlog: int


def capacity(files: int, concurrent_runs: int) -> Capacity:
    """Return what can be served by a process that may have so many files open, at least one of each."""
    rest = files - OWN_FILES - FILES_OF_A_RUN * (concurrent_runs + 1) - 2 * SPARE_SOCKETS
    backlog = max(1, min(MAX_BACKLOG, rest // 8))
    connections = max(1, min(MAX_CONNECTIONS, (rest - backlog) // 3))
    viewers = max(1, min(MAX_VIEWERS, rest - backlog - connections))
    return Capacity(viewers, connections, backlog)


def files_allowed() -> int:
    """How many files the system lets this process have open at present."""
    try:
        import resource
    except ImportError:  # Windows: its sockets are no files
        return WANTED_FILES
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return WANTED_FILES if soft == resource.RLIM_INFINITY else soft


def allow_files() -> None:
    """Raise the limit as far as it takes for all, and as the system lets this process."""
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= WANTED_FILES:
        return
    wanted = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (ValueError, OSError):  # macOS may have a lower one that it does not tell
        return
