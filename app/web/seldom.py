"""Log lines that any visitor can cause: one a minute, so that nobody fills the disk with them."""

import logging
import time
from collections import defaultdict
from collections.abc import Hashable
from types import TracebackType

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


class SeldomTracebacks(logging.Filter):
    """Does the same to lines with a traceback, and to all that asyncio says. Those of a kind come from an exception of
    the same type at the same place, or begin with the same line before their arguments are put in: there are as many
    kinds as places in the code."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: defaultdict[Hashable, _Kind] = defaultdict(_Kind)

    def filter(self, record: logging.LogRecord) -> bool:
        if not self.bounds(record):
            return True
        more = self._kinds[_kind(record)].due()
        if more is None:
            return False
        record.msg = f"{record.msg}{more}"
        return True

    def bounds(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info) or record.name == "asyncio"


class SeldomLines(SeldomTracebacks):
    """And to warnings, and to ``INCOMPLETE``: for a logger of others."""

    def bounds(self, record: logging.LogRecord) -> bool:
        return super().bounds(record) or record.levelno == logging.WARNING or record.msg == INCOMPLETE


def _kind(record: logging.LogRecord) -> Hashable:
    words = str(record.msg).partition("\n")[0]  # asyncio has written which task it was into the others
    if not record.exc_info:
        return words
    type, _, traceback = record.exc_info
    return words, type, _place(traceback)


def _place(traceback: TracebackType | None) -> Hashable:
    """Where the exception was raised."""
    if traceback is None:
        return None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
