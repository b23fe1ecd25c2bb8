"""A class whose pages are connected to different servers: it is one, also when the server that leads is killed."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from websockets.sync.client import connect

from tests.cluster.test_takeover import PATIENCE, get, patch, post
from tests.conftest import Server, running

TOKEN = "a secret"
ANSWERS_PER_MINUTE = 20
"""Of all that are behind one address, where a class has one member."""


class Pupil:
    """A page of a member's, at one server. ``told``: the newest frame of its class."""

    def __init__(self, server: Server, code: str, name: str, socket: Any) -> None:
        self._server, self._code, self._member, self._socket = server, code, name * 16, socket
        self.told: dict[str, Any] = {}
        socket.send(json.dumps({"type": "subscribe", "class": code, "member": self._member, "follows": True}))

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Until a frame of the class of which this holds."""
        while not (self.told and holds(self.told)):
            frame = json.loads(self._socket.recv(PATIENCE))
            assert frame["type"] != "Refused", frame
            if frame["type"] == "Class":
                self.told = frame
        return self.told

    def predicts(self, middle: int) -> int:
        """The status of the answer."""
        body = {"member": self._member, "lesson": "sigmoid", "answers": {"middle": str(middle)}}
        return post(f"{self._server.url}/api/classes/{self._code}/predictions", json=body).status_code


@contextmanager
def pupil(server: Server, code: str, name: str) -> Iterator[Pupil]:
    with connect(f"{server.ws}/ws", compression=None, max_queue=None) as socket:
        yield Pupil(server, code, name, socket)


def counts(frame: dict[str, Any]) -> list[int]:
    return [sum(bar["count"] for bar in each["bars"]) for each in frame["poll"]]


def test_a_class_is_one_at_all_servers_and_goes_on_when_the_one_that_leads_is_killed(
    tmp_path: Path, empty_postgres: str, live_url: str
) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"}

    def serve(name: str) -> Server:
        return stack.enter_context(
            running(tmp_path / name, database_url=empty_postgres, live_url=live_url, token=TOKEN, class_size="1")
        )

    with ExitStack() as stack:
        first, second = serve("first"), serve("second")
        code = post(f"{first.url}/api/classes", headers=bearer).json()["code"]
        address = f"/api/classes/{code}"

        def steer(server: Server, **asked: object) -> None:
            answer = patch(f"{server.url}{address}", json=asked, headers=bearer)
            assert answer.status_code == 200, answer.text

        here, there = (stack.enter_context(pupil(*each)) for each in ((first, code, "a"), (second, code, "b")))
        for page in here, there:
            page.until(lambda frame: frame["here"] == 2 == frame["following"])
        steer(first, page="/lessons/sigmoid?step=7")
        for page in here, there:
            assert page.until(lambda frame: frame["page"] is not None)["lesson"] == "sigmoid"
            assert page.predicts(40) == 204
        for page in here, there:
            assert page.until(lambda frame: frame["answered"] == 2)["poll"] is None
        assert get(f"{second.url}{address}").json()["poll"] is None
        assert post(f"{second.url}{address}/done", json={"member": "b" * 16}).status_code == 204

        first.process.kill()
        first.process.wait()
        goes_on = there.until(lambda frame: frame["here"] == 1)
        assert (goes_on["page"], goes_on["answered"], goes_on["done"]) == ("/lessons/sigmoid?step=7", 2, 1)
        assert goes_on["poll"] is None
        back = stack.enter_context(pupil(second, code, "a"))
        assert back.predicts(50) == 204  # in the place of what it told the other server
        steer(second, released=True)
        for page in back, there:
            assert counts(page.until(lambda frame: frame["released"])) == [2]
        steer(second, page="/draw")
        assert there.until(lambda frame: frame["page"] == "/draw")["done"] == 0

        third = serve("third")
        after = stack.enter_context(pupil(third, code, "c"))
        assert after.until(lambda frame: frame["here"] == 3)["page"] == "/draw"
        statuses = [page.predicts(60) for _ in range(ANSWERS_PER_MINUTE // 2) for page in (after, there)]
        assert statuses == [204] * (ANSWERS_PER_MINUTE - 1) + [429]
        assert post(f"{third.url}{address}/done", json={"member": "c" * 16}).status_code == 429
        assert httpx.delete(f"{third.url}{address}", headers=bearer).status_code == 204
        for page in after, back, there:
            page.until(lambda frame: frame["closed"])
        assert get(f"{third.url}{address}").status_code == 404


def test_pages_of_a_class_hear_of_it_again_where_the_leader_hangs(
    tmp_path: Path, empty_postgres: str, live_url: str
) -> None:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with ExitStack() as stack:
        hanging, second, third = (
            stack.enter_context(running(tmp_path / name, database_url=empty_postgres, live_url=live_url, token=TOKEN))
            for name in ("hanging", "second", "third")
        )
        code = post(f"{hanging.url}/api/classes", headers=bearer).json()["code"]
        pages = [
            stack.enter_context(pupil(*each))
            for each in ((hanging, code, "a"), (second, code, "b"), (third, code, "c"))
        ]
        for page in pages:
            page.until(lambda frame: frame["here"] == 3)
        hanging.process.send_signal(signal.SIGSTOP)
        try:
            for page in pages[1:]:
                page.until(lambda frame: frame["here"] == 2)
            steered = patch(f"{third.url}/api/classes/{code}", json={"page": "/draw"}, headers=bearer)
            assert steered.status_code == 200
            for page in pages[1:]:
                page.until(lambda frame: frame["page"] == "/draw")
        finally:
            hanging.process.send_signal(signal.SIGCONT)
        assert hanging.process.wait(PATIENCE) == 0
