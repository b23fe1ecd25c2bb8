"""How a process ended, in words."""

import signal


def fate(status: int) -> str:
    """To follow the process's name. ``status``: as ``subprocess`` gives it, negative for a signal."""
    if status >= 0:
        return f"ended with exit status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = "unnamed"
    return f"was killed by signal {-status} ({name})"
