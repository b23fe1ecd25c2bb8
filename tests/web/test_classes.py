"""Classes by REST and `/ws`: who may do what, what is refused, what comes when, and that nothing stays."""

import asyncio
import json
from contextlib import contextmanager
from string import ascii_uppercase, digits

import pytest
from websockets.sync.client import connect

from app.lessons.contents import LESSONS
from app.web import guesses
from app.web.classroom.classes import WRONG_CODES, Classes
from app.web.classroom.code import ALPHABET, new_code, read_code, spoken
from app.web.classroom.poll import distributions
from app.web.classroom.questions import BadAnswer, NumberAsked, TypedAsked, questions, read_answers
from app.web.classroom.store import MemoryStore, UnknownClass
from app.web.guesses import TooManyGuesses

TOKEN = "s3same"
MEMBER = "m" * 16
SIGMOID = {"member": MEMBER, "lesson": "sigmoid", "answers": {"middle": "40"}}


@pytest.fixture(scope="module")
def guarded(serve, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("class"), token=TOKEN, class_size="100") as server:
        yield server


@pytest.fixture(scope="module")
def teacher(guarded):
    with guarded.client(headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(guarded):
    with guarded.client() as client:
        yield client


@pytest.fixture
def code(teacher):
    opened = teacher.post("/api/classes")
    assert opened.status_code == 201, opened.text
    code = opened.json()["code"]
    assert opened.headers["location"] == f"/api/classes/{code}"
    yield code
    teacher.delete(f"/api/classes/{code}")


def steer(teacher, code, status=200, **asked):
    answer = teacher.patch(f"/api/classes/{code}", json=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


class Follower:
    """A page's connection, which keeps what it was sent last of its class."""

    def __init__(self, socket):
        self._socket = socket

    def send(self, **message):
        self._socket.send(json.dumps(message))

    def until(self, holds):
        """The first frame of the class, or refusal, of which this holds."""
        while True:
            frame = json.loads(self._socket.recv(timeout=30))
            if frame["type"] in ("Class", "Refused") and holds(frame):
                return frame


@contextmanager
def follower(server, code, **fields):
    with connect(f"{server.ws}/ws", compression=None, max_queue=None) as socket:
        made = Follower(socket)
        made.send(type="subscribe", **{"class": code}, **fields)
        yield made


def test_codes_can_be_read_aloud_and_typed_in_any_way():
    codes = {new_code() for _ in range(100)}
    assert len(codes) == 100
    assert not set("".join(codes)) & set("0O1ILAEUS5Z2B8")
    code = codes.pop()
    for typed in (code.lower(), spoken(code), f" {code[:2]}-{code[2:]}\n"):
        assert read_code(typed) == code
    for typed in ("", code[:5], f"{code}C", "0" * 6, "é" * 6, "\x00" * 6):
        assert read_code(typed) is None


@pytest.mark.parametrize(
    ("typed", "status", "to"),
    [
        ("/class?code=+cdf+ghj", 303, "/class/CDFGHJ"),
        ("/class/cdf-ghj", 307, "/class/CDFGHJ"),
        ("/class/CDFGHJ", 200, None),
        ("/class", 200, None),
        ("/class?code=hello", 404, None),
        ("/class/%3Cscript%3Ealert(1)", 404, None),
        (f"/class?code={'C' * 5000}", 404, None),
    ],
)
def test_a_typed_code_leads_to_its_page(stranger, typed, status, to):
    answer = stranger.get(typed, headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers.get("location")) == (status, to)
    assert "<script>alert" not in answer.text
    assert len(answer.text) < 20_000


def test_a_code_that_is_none_is_answered_with_what_no_code_has(stranger):
    page = stranger.get("/class?code=ABCDEF", headers={"accept": "text/html"}).text
    said = page.partition("make words: not ")[2].partition(".")[0].replace(" or ", ", ").split(", ")
    assert set(said) == set(ascii_uppercase + digits) - set(ALPHABET)


@pytest.mark.parametrize("slug", [lesson.slug for lesson in LESSONS])
def test_what_a_lesson_asks_is_read_from_its_page(stranger, slug):
    page = stranger.get(f"/lessons/{slug}").text
    form = page.partition('<form class="prediction')[2].partition("</form>")[0]
    assert questions(slug)
    for question in questions(slug):
        assert f'name="{question.name}"' in form
        assert question.label not in ("", question.name)
        if question.kind == "choice":
            assert len(question.options) > 1
            assert all(option.label for option in question.options)


def test_only_who_controls_the_server_opens_steers_and_closes(stranger, teacher, code):
    for refused in (
        stranger.post("/api/classes"),
        stranger.patch(f"/api/classes/{code}", json={"page": "/draw"}),
        stranger.delete(f"/api/classes/{code}"),
    ):
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"
    state = stranger.get(f"/api/classes/{code.lower()}").json()
    assert state == teacher.get(f"/api/classes/{code}").json()
    assert (state["page"], state["here"], state["poll"]) == (None, 0, None)


def test_a_class_is_shown_a_page_at_its_step(teacher, stranger, code):
    assert steer(teacher, code, page="sigmoid")["page"] == "/lessons/sigmoid"
    state = steer(teacher, code, page="/lessons/sigmoid?step=7&threshold=-0.5#result", released=True)
    assert (state["lesson"], state["released"]) == ("sigmoid", True)
    assert stranger.get(f"/api/classes/{code}").json() == state
    assert steer(teacher, code, page="/?run=live")["lesson"] is None
    assert steer(teacher, code, 409, released=True)["title"] == "No lesson"


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example/", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/lessons/calculus",
        "/lessons/sigmoid?a=\n", "/lessons/sigmoid?a=<script>", "/api/runs", "/class/AAAAAA", "", "/draw" * 200,
        "/lessons/../draw", "/lessons/sigmoid ", "\x00",
    ],
)  # fmt: skip
def test_a_class_is_shown_nothing_but_this_servers_pages(teacher, code, page):
    problem = steer(teacher, code, 422, page=page)
    assert problem["errors"][0]["field"] == "page"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"), ({"page": 7}, "page"), ({"released": "yes"}, "released"), ({"page": "/", "secret": 1}, "secret"),
        ([], "body"), (None, "body"),
    ],
)  # fmt: skip
def test_steering_that_is_not_as_it_should_be(teacher, code, body, field):
    answer = teacher.patch(f"/api/classes/{code}", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"answers": {"middle": "101"}}, "answers.middle"),
        ({"answers": {"middle": "nan"}}, "answers.middle"),
        ({"answers": {"middle": "<b>"}}, "answers.middle"),
        ({"answers": {}}, "answers.middle"),
        ({"answers": {"middle": "4", "name": "Ada"}}, "answers.name"),
        ({"answers": {"middle": "4" * 65}}, "answers.middle"),
        ({"answers": {str(n): "" for n in range(17)}}, "answers"),
        ({"answers": {"middle": 4}}, "answers.middle"),
        ({"lesson": "calculus"}, "lesson"),
        ({"lesson": "../lessons/sigmoid"}, "lesson"),
        ({"member": "Ada Lovelace"}, "member"),
        ({"member": "a" * 65}, "member"),
        ({"member": None}, "member"),
    ],
)
def test_a_prediction_is_checked_against_what_the_lesson_asks(stranger, code, changed, field):
    answer = stranger.post(f"/api/classes/{code}/predictions", json=SIGMOID | changed)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


def test_a_large_body_is_refused(stranger, code):
    answer = stranger.post(f"/api/classes/{code}/predictions", json=SIGMOID | {"answers": {"middle": "4" * 70_000}})
    assert answer.status_code == 413


def test_predictions_are_hidden_until_they_are_released(guarded, stranger, teacher, code):
    with follower(guarded, code, member=MEMBER, follows=True) as one, follower(guarded, code) as wall:
        assert one.until(lambda frame: True)["page"] is None
        steer(teacher, code, page="/lessons/sigmoid")
        assert one.until(lambda frame: frame["page"])["page"] == "/lessons/sigmoid"
        assert wall.until(lambda frame: frame["here"])["following"] == 1, "a wall is nobody"
        for member, middle in ((MEMBER, "10"), ("n" * 16, "40"), (MEMBER, "47")):
            body = {"member": member, "lesson": "sigmoid", "answers": {"middle": middle}}
            assert stranger.post(f"/api/classes/{code}/predictions", json=body).status_code == 204
        assert stranger.post(f"/api/classes/{code}/done", json={"member": MEMBER}).status_code == 204
        hidden = wall.until(lambda frame: frame["answered"] == 2 and frame["done"] == 1)
        assert hidden["poll"] is None
        assert MEMBER not in json.dumps(hidden)
        steer(teacher, code, released=True)
        (poll,) = one.until(lambda frame: frame["released"])["poll"]
        assert poll["question"]["label"] == "In the middle"
        assert {(bar["start"], bar["count"]) for bar in poll["bars"] if bar["count"]} == {(35.5, 1), (41.5, 1)}
        steer(teacher, code, released=False)
        assert one.until(lambda frame: not frame["released"])["poll"] is None
        assert teacher.get(f"/api/classes/{code}").json()["poll"] is None


def test_a_page_that_is_left_is_counted_no_more(guarded, code):
    with follower(guarded, code) as wall:
        with follower(guarded, code, member=MEMBER, follows=True) as one:
            wall.until(lambda frame: frame["following"] == 1)
            one.send(type="unsubscribe", **{"class": code})
            one.send(type="subscribe", **{"class": code}, member=MEMBER, follows=False)
            assert wall.until(lambda frame: frame["following"] == 0)["here"] == 1
        wall.until(lambda frame: frame["here"] == 0)


def test_closing_tells_all_and_leaves_nothing(guarded, stranger, teacher):
    code = teacher.post("/api/classes").json()["code"]
    steer(teacher, code, page="sigmoid")
    with follower(guarded, code, member=MEMBER) as one:
        one.until(lambda frame: True)
        assert stranger.post(f"/api/classes/{code}/predictions", json=SIGMOID).status_code == 204
        assert teacher.delete(f"/api/classes/{code}").status_code == 204
        assert one.until(lambda frame: frame["closed"]) == {"type": "Class", "code": code, "closed": True}
    for gone in (
        teacher.get(f"/api/classes/{code}"),
        teacher.delete(f"/api/classes/{code}"),
        teacher.patch(f"/api/classes/{code}", json={"page": "/draw"}),
        stranger.post(f"/api/classes/{code}/predictions", json=SIGMOID),
        stranger.post(f"/api/classes/{code}/done", json={"member": MEMBER}),
    ):
        assert gone.status_code == 404
        assert gone.json()["title"] == "No such class"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"class": "CCCCCC"}, "no class with this code"),
        ({"class": "0"}, "no class with this code"),
        ({"class": "A" * 17}, "at most 16"),
        ({"class": "CCCCCC", "member": "me"}, "member"),
        ({"class": "CCCCCC", "run": "live"}, "name a"),
    ],
)
def test_a_class_that_cannot_be_watched(guarded, fields, reason):
    with follower(guarded, fields["class"], **{k: v for k, v in fields.items() if k != "class"}) as one:
        refused = one.until(lambda frame: True)
        assert (refused["type"], refused["class"]) == ("Refused", fields["class"])
        assert reason in refused["reason"]


@pytest.mark.anyio
async def test_who_guesses_codes_waits_and_who_belongs_to_the_class_does_not(monkeypatch):
    monkeypatch.setattr(guesses, "SLOW_SECONDS", 0.01)
    store = MemoryStore(hours=1)
    classes = Classes(store)
    code = await store.open()
    await store.come(code, MEMBER, True)
    wrong = next(other for other in iter(new_code, "") if other != code)

    async def find(typed, client="10.0.0.1", **who):
        try:
            return await classes.find(typed, client, **who)
        except (UnknownClass, TooManyGuesses) as refused:
            return type(refused)

    assert {await find(wrong) for _ in range(WRONG_CODES.amount)} == {UnknownClass}
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(find(wrong)) for _ in range(guesses.SLOW_PLACES)]
        others = [find(wrong), find(code), find(code, member=MEMBER), find(code, trusted=True), find(code, "10.0.0.2")]
        beside = [group.create_task(other) for other in others]
    assert {task.result() for task in waiting} == {UnknownClass}
    assert [task.result() for task in beside] == [TooManyGuesses, TooManyGuesses, code, code, code]
    assert await find(code) == code, "the right code is still taken"


def test_answers_to_a_class_are_limited(serve, tmp_path):
    with serve(tmp_path, token=TOKEN, class_size="1") as server, server.client() as client:
        bearer = {"authorization": f"Bearer {TOKEN}"}
        code = client.post("/api/classes", headers=bearer).json()["code"]
        client.patch(f"/api/classes/{code}", json={"page": "sigmoid"}, headers=bearer)
        predicted = [client.post(f"/api/classes/{code}/predictions", json=SIGMOID) for _ in range(2)]
        assert [answer.status_code for answer in predicted] == [204, 204]
        sent = [client.post(f"/api/classes/{code}/done", json={"member": MEMBER}) for _ in range(19)]
    assert [answer.status_code for answer in sent] == [204] * 18 + [429], "twenty a minute, two of them predictions"
    assert sent[-1].headers["retry-after"]


def test_a_histogram_has_whole_steps_and_all_answers():
    asked = NumberAsked(name="off", label="Units", min=0, max=30, step=1, format="plain")
    (found,) = distributions([asked], [{"off": float(n)} for n in range(31)])
    assert len(found.bars) == 16
    assert [bar.count for bar in found.bars] == [2] * 15 + [1]
    assert (found.bars[0].start, found.bars[0].end, found.bars[-1].end) == (-0.5, 1.5, 31.5)
    (none,) = distributions([asked], [])
    assert not any(bar.count for bar in none.bars)


def test_typed_answers_are_shapes_and_numbers_and_the_commonest_are_shown():
    asked = TypedAsked(name="shape", label="Its shape")
    assert {asked.read(typed) for typed in ("[14,28]", "14, 28", " (14 ,28) ")} == {"14, 28"}
    assert {asked.read(typed) for typed in ("[ ]", "[]", "()")} == {""}
    for typed in ("rude words", "", "1" * 25, "<b>"):
        with pytest.raises(BadAnswer):
            asked.read(typed)
    answers = [read_answers([asked], {"shape": str(n // 2)}) for n in range(24)]
    (found,) = distributions([asked], answers)
    assert [bar.label for bar in found.bars][-1] == "others"
    assert sum(bar.count for bar in found.bars) == 24
