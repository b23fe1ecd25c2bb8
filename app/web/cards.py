"""What networks do with the validation digits: measured once for each network, in a thread, and kept."""

from collections import OrderedDict

from anyio import to_thread

from app.data import embedded
from app.handwriting.builtin import NAME
from app.handwriting.predictor import Predictor
from app.handwriting.reader import Reader
from app.web.card import ValidationSet, measure
from app.web.turns import Turns

KEPT = 48
"""Of the last ones asked for; each is some 80 kB."""

AT_ONCE = 1
"""Networks measured at a time: threads that compute would only keep the event loop from running."""


class Cards:
    """Clients take turns. Who waits for a network that is being measured finds it measured when the turn comes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._turns = Turns(AT_ONCE)
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._valid: ValidationSet | None = None

    async def built_in(self, client: str) -> bytes:
        """:class:`app.web.card.Measured` as JSON, of the built-in network."""
        return await self._get(client, (NAME, self._reader.step), None)

    async def of_run(self, client: str, run: str, step: int, predictor: Predictor) -> bytes:
        """The same of a run's model, which is ``predictor``."""
        return await self._get(client, (run, step), predictor)

    async def _get(self, client: str, key: tuple[str, int], predictor: Predictor | None) -> bytes:
        if key not in self._kept:
            async with self._turns.turn(client):
                if key not in self._kept:
                    self._kept[key] = await to_thread.run_sync(self._measured, predictor)
        self._kept.move_to_end(key)
        found = self._kept[key]
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return found

    def _measured(self, predictor: Predictor | None) -> bytes:
        if self._valid is None:
            self._valid = ValidationSet.read_by(self._reader, embedded())
        return measure(self._valid, self._reader, predictor).model_dump_json().encode()
