"""Answers of experiments that are kept, so that the same question is computed once."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

KEPT_BYTES = 32 << 20
"""Some 120 gradients of 30 units with their weights, or thousands of the other answers."""

ONCE = frozenset({"timings", "array_and_tensor"})
"""Experiments that are computed once since the server started: their answers, under 4 kB each, are never dropped."""

AT_ONCE = 40
"""Questions of one address that are computed or wait at a time. A whole class may have one address, and leaves more
than half of the places to others."""


class TooMany(Exception):
    """``AT_ONCE`` questions of this address wait already."""


class Answers:
    """By the experiment's name and its parameters as JSON; the least recently used are dropped first. They live as long
    as the server, and so with one version of the learner."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._once: dict[tuple[str, bytes], bytes] = {}
        self._bytes = 0
        self._asked: Counter[tuple[str, bytes]] = Counter()
        self._asking: Counter[str] = Counter()

    @contextmanager
    def asked(self, client: str, name: str, parameters: str) -> Iterator[bool]:
        """As long as an address waits for an answer that is not kept yet; whether nobody else waits for it already.
        Raises TooMany."""
        if self._asking[client] >= AT_ONCE:
            raise TooMany
        key = _key(name, parameters)
        self._asked[key] += 1
        self._asking[client] += 1
        try:
            yield self._asked[key] == 1
        finally:
            self._asked -= Counter((key,))  # which drops what has come to 0
            self._asking -= Counter((client,))

    def get(self, name: str, parameters: str) -> bytes | None:
        key = _key(name, parameters)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        return self._once.get(key)

    def keep(self, name: str, parameters: str, answer: bytes) -> None:
        key = _key(name, parameters)
        if name in ONCE:
            self._once[key] = answer
            return
        self._bytes += len(answer) - len(self._kept.pop(key, b""))
        self._kept[key] = answer
        while self._bytes > self._limit:
            self._bytes -= len(self._kept.popitem(last=False)[1])


def _key(name: str, parameters: str) -> tuple[str, bytes]:
    """A digest in place of parameters that may have a megabyte."""
    return name, hashlib.sha256(parameters.encode()).digest()
