"""Log lines that any visitor can cause: one a minute, so that nobody fills the disk with them."""

import logging
import time

SECONDS = 60.0


class Seldom:
    """Warns by ``logger``, and counts the warnings that it leaves out."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._next = float("-inf")
        self._left_out = 0

    def warning(self, message: str) -> None:
        now = time.monotonic()
        if now < self._next:
            self._left_out += 1
            return
        more = f" ({self._left_out} such lines were left out)" if self._left_out else ""
        self._next, self._left_out = now + SECONDS, 0
        self._logger.warning("%s%s", message, more)
