"""In which order the runs that wait will start."""

from collections.abc import Mapping

from app.history.notifier import Notifier


class QueueOrder:
    """``places``: each waiting run's, from 1; the members of a sweep share one. The version counts changes, for those
    who wait for the next."""

    def __init__(self) -> None:
        self.places: Mapping[str, int] = {}
        self.version = 0
        self._notifier = Notifier()

    def set(self, places: Mapping[str, int]) -> None:
        if list(places.items()) != list(self.places.items()):
            self.places = dict(places)
            self.version += 1
            self._notifier.notify()

    async def wait(self, version: int) -> int:
        """Return the version once it is another than this one."""
        while self.version == version:
            await self._notifier.wait()
        return self.version
