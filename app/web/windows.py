"""How often each client did something within the last minute."""

import time

from limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


class Windows:
    """A moving window for each limit and client. It goes by the system's clock: where that was set back all is
    forgotten, since whoever was at a limit would otherwise wait until it has come to where it was."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._latest = time.time()

    def wait(self, limit: RateLimitItem, who: str) -> float | None:
        """Seconds until ``who`` may do it again; None where now."""
        now = time.time()
        if now < self._latest:
            self._storage.reset()
        self._latest = now
        if self._limiter.test(limit, who):
            return None
        return float(min(limit.get_expiry(), self._limiter.get_window_stats(limit, who).reset_time - now))

    def count(self, limit: RateLimitItem, who: str) -> None:
        self._limiter.hit(limit, who)
