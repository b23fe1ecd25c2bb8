"""Many questions in one body, answered in order, each as if it had come alone.

They are read a few at a time in threads, in turn with what other clients have sent, and the answer is sent as it is
made: for a client that does not read it, no more is made.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Raw
from starlette.requests import Request
from starlette.types import Send

from app.handwriting.reader import Reader, Verdict
from app.web.client import client_address
from app.web.predict_input import JSON_LIMIT, Choice, Items, Question, drawing, explained_alone
from app.web.predict_models import Model, find
from app.web.problems import Problem
from app.web.reading_work import ReadingWork
from app.web.services import services

AT_ONCE = 16
"""Items read in one turn: some 6 ms of drawings."""
BYTES_AT_ONCE = 64 * 1024
"""Of one turn's items, but for the last."""
SENDING_SECONDS = 30
"""How long a client may take to receive its answer, in all. A thousand images of 3 kB need 24 s at 1 Mbit/s."""

MODELS = 8
"""Held by one answer at a time; further ones are looked for again."""

Asked = tuple[Question, Model] | Problem


class ItemsAnswer:
    """The answer to ``items``: ``{"items": [reading | problem, …]}``."""

    def __init__(self, items: Items, request: Request, work: ReadingWork) -> None:
        self._items = items
        self._request = request
        self._work = work
        self._client = client_address(request)
        self._held = services(request)
        self._found: OrderedDict[tuple[str | None, int | None], Model | Problem] = OrderedDict()
        self._patience: float = SENDING_SECONDS

    async def send(self, send: Send) -> None:
        """Raises Problem, before anything is sent, where there is no such model as is chosen for all. Where the client
        leaves, or does not read the answer in time, the answer does not end."""
        chosen = await self._model(self._items.choice)
        if isinstance(chosen, Problem):
            raise chosen
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        before = b'{"items":['
        try:
            for some in _some_at_a_time(self._items.items):
                if await self._request.is_disconnected():
                    return
                await self._send(send, before + b",".join(await self._answers(some)), more=True)
                before = b","
            await self._send(send, b"]}" if self._items.items else before + b"]}", more=False)
        except TimeoutError:
            return

    async def _answers(self, some: Sequence[Raw]) -> list[bytes]:
        asked: list[Asked] = []
        for each in await self._work.run(self._client, False, _questions, some, self._items.choice):
            if isinstance(each, Question):
                model = await self._model(each.choice)
                asked.append(model if isinstance(model, Problem) else (each, model))
            else:
                asked.append(each)
        answers = await self._work.run(self._client, False, _answers, asked, self._held.reader)
        for verdict, _ in answers:
            if verdict is not None:
                self._held.telemetry.predicted(verdict)
        return [answer for _, answer in answers]

    async def _model(self, choice: Choice) -> Model | Problem:
        """Looked for once: items that choose ``live`` are all read by the same run, though a newer one may start."""
        key = choice.run, choice.step
        if key not in self._found:
            try:
                self._found[key] = await find(choice, self._held)
            except Problem as problem:
                self._found[key] = problem
            if len(self._found) > MODELS:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return self._found[key]

    async def _send(self, send: Send, piece: bytes, *, more: bool) -> None:
        now = asyncio.get_running_loop().time
        began = now()
        async with asyncio.timeout(self._patience):
            await send({"type": "http.response.body", "body": piece, "more_body": more})
        self._patience -= now() - began


def _some_at_a_time(items: Sequence[Raw]) -> Iterator[list[Raw]]:
    some: list[Raw] = []
    length = 0
    for item in items:
        some.append(item)
        length += len(memoryview(item))
        if len(some) == AT_ONCE or length >= BYTES_AT_ONCE:
            yield some
            some, length = [], 0
    if some:
        yield some


def _questions(some: Sequence[Raw], choice: Choice) -> list[Question | Problem]:
    return [_question(bytes(item), choice) for item in some]


def _question(item: bytes, choice: Choice) -> Question | Problem:
    if len(item) > JSON_LIMIT:
        return Problem(413, "Too large", f"A drawing may have at most {JSON_LIMIT:,} bytes of JSON.")
    try:
        question = drawing(item, choice)
    except Problem as problem:
        return problem
    return explained_alone() if question.choice.explain else question


def _answers(asked: Sequence[Asked], reader: Reader) -> list[tuple[Verdict | None, bytes]]:
    """Each with its verdict, None for a problem."""
    answers: list[tuple[Verdict | None, bytes]] = []
    for each in asked:
        if isinstance(each, Problem):
            answers.append((None, msgspec.json.encode(each.document())))
        else:
            question, model = each
            answers.append(model.answer(question, reader))
    return answers
