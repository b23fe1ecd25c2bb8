"""Many drawings in one body: each is answered as if it had come alone, and holds up nobody else."""

import json
from typing import Any

import anyio
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.web.predict_input import ITEMS_LIMIT, JSON_LIMIT, MOST_ITEMS
from app.web.prediction import Prediction
from app.web.request_body import LARGE_AT_ONCE, OF_CLIENT
from tests.web.predicting import IMAGE, SEVEN, png, predicting

JSON = {"content-type": "application/json"}
PIXELS = IMAGE.ravel().tolist()
THREE = [[[2, 2], [8, 1], [9, 4], [5, 6], [9, 8], [8, 12], [2, 12]]]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with predicting(tmp_path_factory.mktemp("history")) as client:
        yield client


def ask(client, items, query="", **beside):
    answer = client.post(f"/predict{query}", json={"items": items, **beside})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json().keys() == {"items"}
    return answer.json()["items"]


def test_each_is_answered_as_if_it_had_come_alone_in_order(client):
    asked = [{"strokes": SEVEN}, {"pixels": PIXELS}, {"strokes": THREE, "image": False}, {"strokes": []}] * 20
    alone = [client.post("/predict", json=each).json() for each in asked[:4]]
    assert [each["verdict"] for each in alone] == ["7", "7", "3", "blank"]
    assert ask(client, asked) == alone * 20


def test_one_at_a_time_is_explained(client):
    first, second = ask(client, [{"strokes": SEVEN, "explain": True}, {"strokes": SEVEN}], image=False)
    assert (first["status"], first["errors"][0]["field"]) == (422, "explain")
    assert second["verdict"] == "7"
    answer = client.post("/predict?explain=true", json={"items": [{"strokes": SEVEN}]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "explain")


def test_what_is_wrong_with_one_is_said_in_its_place(client):
    asked: list[Any] = [
        {"strokes": SEVEN},
        {"strokes": [[[1, 2], [3, "x"]]]},
        {"pixels": [256, *PIXELS[1:]]},
        {"pixels": PIXELS, "strokes": SEVEN},
        {"strokes": SEVEN, "colour": 1},
        {"items": []},
        7,
        {"strokes": SEVEN, "run": "nobody"},
        {"strokes": SEVEN, "run": "a"},
        {"pixels": PIXELS},
    ]
    answers = ask(client, asked, image=False)
    alone = [client.post("/predict", json={**each, "image": False} if each != 7 else 7).json() for each in asked]
    assert [each.get("status") for each in answers] == [None, *[422] * 6, 404, 409, None]
    # `{"items": []}` is a question of its own where it comes alone, but no drawing.
    assert [a for a, e in zip(answers, asked, strict=True) if e != {"items": []}] == [
        a for a, e in zip(alone, asked, strict=True) if e != {"items": []}
    ]
    assert answers[1]["errors"][0]["field"] == "strokes.0.1.1"
    assert answers[5]["errors"][0]["field"] == "items"


def test_what_is_said_beside_them_or_in_the_query_holds_for_all_that_do_not_say_otherwise(client):
    asked = [{"strokes": SEVEN}, {"strokes": SEVEN, "step": 48}, {"strokes": SEVEN, "run": "b"}]
    expected = [("a", 49, 49), ("a", 0, 0), ("b", 5, -5)]
    for answers in (
        ask(client, asked, run="a", step=97, image=False),
        ask(client, asked, "?run=a&step=97&image=false"),
        ask(client, asked, "?run=b&step=97&image=true", run="a", image=False),
    ):
        assert [(each["run"], each["step"], each["logit"]) for each in answers] == expected
        assert all("image" not in each for each in answers)
    assert ask(client, [{"strokes": SEVEN, "keep": 0.9}, {"strokes": SEVEN}], keep=0.5)[0] == (
        client.post("/predict?keep=0.9", json={"strokes": SEVEN}).json()
    )


def test_none_are_none(client):
    assert ask(client, []) == []


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b'{"items": 7}', 422, "items"),
        (b'{"items": {"strokes": []}}', 422, "items"),
        (json.dumps({"items": [7] * (MOST_ITEMS + 1)}).encode(), 422, "items"),
        (b'{"items": [], "colour": 1}', 422, "colour"),
        (b'{"items": [], "strokes": []}', 422, "strokes"),
        (b'{"items": [], "step": "1"}', 422, "step"),
        (b'{"items": [], "keep": 0.4}', 422, "keep"),
        (b'{"items": [{]}', 422, "body"),
        (b'{"items": ' + b"[" * 100_000, 422, "body"),
        (b'["items"]', 422, "body"),
        (b'{"items": [], "run": "nobody"}', 404, None),
        (b'{"items": [], "run": "a"}', 409, None),
        (b'{"items": [], "step": 0}', 404, None),
        (b'{"items": ["' + b"x" * ITEMS_LIMIT + b'"]}', 413, None),
        (b'{"strokes": "' + b"x" * JSON_LIMIT + b'"}', 413, None),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_wrong_with_all_is_the_requests_own_problem(client, body, status, field):
    answer = client.post("/predict", content=body, headers=JSON)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert field is None or answer.json()["errors"][0]["field"] == field


def test_the_word_may_be_written_in_any_way_that_json_has(client):
    answer = client.post("/predict?image=false", content=b'{"it\\u0065ms": [{"strokes": []}]}', headers=JSON)
    assert [each["verdict"] for each in answer.json()["items"]] == ["blank"]
    assert client.post("/predict", json={"strokes": SEVEN, "run": "items"}).status_code == 404


def test_a_thousand_drawings_of_a_hundred_points_with_times_are_read(client):
    random = np.random.default_rng(0)
    points = np.concatenate([np.linspace(SEVEN[0][i], SEVEN[0][i + 1], 50) for i in (0, 1)])
    wobbles = random.normal(0, 0.5, (MOST_ITEMS, *points.shape))
    drawings = [np.c_[points + wobble, 1e4 * random.random(100)].tolist() for wobble in wobbles]
    answers = ask(client, [{"strokes": [drawing]} for drawing in drawings], image=False)
    assert len(answers) == MOST_ITEMS
    assert all(each["verdict"] == "7" for each in answers)


def test_one_that_is_too_large_alone_is_refused_among_others(client):
    answers = ask(client, [{"strokes": []}, {"strokes": "x" * JSON_LIMIT}, {"strokes": []}], image=False)
    assert [each.get("status") for each in answers] == [None, 413, None]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["strokes", "pixels", "run"]), inner),
    max_leaves=20,
)


@settings(suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(anything, st.just({"strokes": SEVEN}))))
def test_any_items_are_answered_one_by_one(client, items):
    answer = client.post("/predict", json={"items": items})
    assert answer.status_code == 200
    answers = answer.json()["items"]
    assert len(answers) == len(items)
    for each, item in zip(answers, items, strict=True):
        if "status" in each:
            assert each["status"] in (404, 422)
            assert item != {"strokes": SEVEN}
        else:
            msgspec.convert({**each, "image": msgspec.Raw(b"[]")}, Prediction)


class Asker:
    """A client of the bare app, which reads its answer when it is let."""

    def __init__(self, body, type="application/json", address="here"):
        headers = [(b"content-type", type.encode())]
        self.scope = {
            "type": "http", "method": "POST", "path": "/predict", "query_string": b"image=false", "headers": headers,
            "client": (address, 1),
        }  # fmt: skip
        self.reads, self.begun, self.left = anyio.Event(), anyio.Event(), anyio.Event()
        self.messages = [{"type": "http.request", "body": body, "more_body": False}]
        self.answer = b""
        self.ended = False

    async def ask(self, app):
        await app(self.scope, self.receive, self.send)

    async def receive(self):
        if self.messages:
            return self.messages.pop()
        if not self.left.is_set():
            await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message):
        if message["type"] == "http.response.body":
            self.begun.set()
            await self.reads.wait()
            self.answer += message["body"]
            self.ended = not message.get("more_body", False)


MANY = json.dumps({"items": [{"strokes": SEVEN}] * 100}).encode()


def test_answers_that_nobody_reads_hold_up_no_prediction_and_no_reading(client):
    async def check(app):
        unread = [Asker(MANY, address="here" if i < OF_CLIENT else "elsewhere") for i in range(LARGE_AT_ONCE)]
        async with anyio.create_task_group() as tasks:
            for each in unread:
                tasks.start_soon(each.ask, app)
            for each in unread:
                await each.begun.wait()
            for body, type in ((bytes(784), "application/octet-stream"), (png(IMAGE), "image/png")):
                other = Asker(body, type, "there")
                other.reads.set()
                await other.ask(app)
                assert json.loads(other.answer)["verdict"]
            waiting = Asker(MANY, address="there")
            waiting.reads.set()
            tasks.start_soon(waiting.ask, app)
            await anyio.wait_all_tasks_blocked()
            assert not waiting.begun.is_set(), "more answers than the limit are being made"
            unread[0].reads.set()
            await waiting.begun.wait()
            for each in unread:
                each.reads.set()
        for each in (*unread, waiting):
            assert each.ended
            assert len(json.loads(each.answer)["items"]) == 100

    client.run(check)


def test_an_answer_that_is_not_read_is_given_up_and_makes_room(client, monkeypatch):
    monkeypatch.setattr("app.web.predict_items.SENDING_SECONDS", 0.01)

    async def check(app):
        for _ in range(LARGE_AT_ONCE + 1):
            unread = Asker(MANY)
            await unread.ask(app)
            assert not unread.ended

    client.run(check)


def test_nothing_more_is_read_for_a_client_that_has_left(client):
    async def check(app):
        gone = Asker(MANY)
        gone.left.set()
        await gone.ask(app)
        assert not gone.begun.is_set()

    client.run(check)
