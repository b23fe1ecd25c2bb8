"""Places for what lasts, such as viewers and downloads: so many in all, and so many for each address."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Full(Exception):
    """All places are taken; ``own``: all that this address may have."""

    def __init__(self, *, own: bool) -> None:
        super().__init__()
        self.own = own


class Places:
    def __init__(self, most: int, per_address: int) -> None:
        self.most, self.per_address = most, per_address
        self._taken: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        return self._taken.total()

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """Take one for as long as this lasts. Raises Full."""
        if self.taken >= self.most:
            raise Full(own=False)
        if self._taken[address] >= self.per_address:
            raise Full(own=True)
        self._taken[address] += 1
        try:
            yield
        finally:
            self._taken[address] -= 1
            if not self._taken[address]:
                del self._taken[address]
