"""Log lines that any visitor can cause: one a minute, so that nobody fills the disk with them."""

import logging
import time
from collections import defaultdict

SECONDS = 60.0

INCOMPLETE = "ASGI callable returned without completing response."
"""uvicorn's error where an answer is given up because its client does not read it."""


class _Kind:
    """Lines of one kind."""

    def __init__(self) -> None:
        self._next = float("-inf")
        self._left_out = 0

    def due(self) -> str | None:
        """Return what to add to this line; None where it is left out."""
        now = time.monotonic()
        if now < self._next:
            self._left_out += 1
            return None
        more = f" ({self._left_out} such lines were left out)" if self._left_out else ""
        self._next, self._left_out = now + SECONDS, 0
        return more


class Seldom:
    """Warns by ``logger``, and counts the warnings that it leaves out."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._kind = _Kind()

    def warning(self, message: str) -> None:
        if (more := self._kind.due()) is not None:
            self._logger.warning("%s%s", message, more)


class SeldomWarnings(logging.Filter):
    """Does the same to the warnings of another's logger, and to ``INCOMPLETE``. Those of a kind have the same words
    before their arguments are put in, so that there are as many kinds as places in its code."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: defaultdict[str, _Kind] = defaultdict(_Kind)

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno != logging.WARNING and record.msg != INCOMPLETE:
            return True
        more = self._kinds[str(record.msg)].due()
        if more is None:
            return False
        record.msg = f"{record.msg}{more}"
        return True
