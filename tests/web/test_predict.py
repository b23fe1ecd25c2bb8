"""``POST /predict``: every kind of body, every kind of junk, and whose model answers."""

import io
import json

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.handwriting.builtin import NAME
from app.history.unavailable import HistoryUnavailable
from app.web import predict
from app.web.prediction import Prediction
from tests.handwriting.photos import bomb
from tests.web.predicting import IMAGE, SEVEN, png, predicting

RAW = IMAGE.tobytes()
OCTETS = {"content-type": "application/octet-stream"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with predicting(tmp_path_factory.mktemp("history")) as client:
        yield client


FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="7.png"\r\n\r\n'


async def pieces(length):
    """A body that does not say how long it is."""
    yield FORM
    for _ in range(0, length, 65_536):
        yield bytes(65_536)


def same_answer(answer, expected):
    assert answer.status_code == 200, answer.text
    assert answer.json() == expected


@pytest.fixture(scope="module")
def expected(client):
    """The built-in model's answer to the seven."""
    answer = client.post("/predict", content=RAW, headers=OCTETS)
    assert answer.status_code == 200
    return answer.json()


def test_answers_with_exactly_the_promised_fields(expected):
    msgspec.convert({**expected, "image": msgspec.Raw(b"[]")}, Prediction)
    assert expected.keys() == {"verdict", "digit", "gate", "probability_3", "logit", "run", "step", "baseline", "image"}
    assert (expected["verdict"], expected["digit"], expected["run"]) == ("7", 7, NAME)
    assert expected["probability_3"] == pytest.approx(1 / (1 + np.exp(-expected["logit"])))
    assert expected["image"] == IMAGE.ravel().tolist()


def test_keep_moves_the_threshold_and_nothing_else(client, expected):
    answers = [client.post(f"/predict?keep={keep}", content=RAW, headers=OCTETS).json() for keep in (0.5, 0.9, 0.99, 1)]
    assert [answer["gate"]["score"] for answer in answers] == sorted(answer["gate"]["score"] for answer in answers)
    assert answers[0]["gate"]["score"] < answers[-1]["gate"]["score"]
    assert answers[2] == expected
    assert all({**answer, "gate": None} == {**expected, "gate": None} for answer in answers if answer["digit"])
    same_answer(client.post("/predict", json={"strokes": SEVEN, "keep": 0.9}), answers[1])
    same_answer(client.post("/predict?keep=1", json={"strokes": SEVEN, "keep": 0.9}), answers[1])
    same_answer(client.post("/predict?run=built-in&keep=0.9", json={"pixels": IMAGE.ravel().tolist()}), answers[1])


@pytest.mark.parametrize("keep", ["0.49", "1.01", "most", "nan", "inf"])
def test_a_share_to_keep_beyond_its_limits_is_refused(client, keep):
    answer = client.post(f"/predict?keep={keep}", content=RAW, headers=OCTETS)
    assert answer.status_code == 422
    assert "keep" in answer.text


def test_neither_says_why(client):
    angle = np.linspace(0, 2 * np.pi, 40)
    circle = [np.stack([np.cos(angle), 1.4 * np.sin(angle)], axis=1).tolist()]
    answer = client.post("/predict", json={"strokes": circle}).json()
    assert (answer["verdict"], answer["gate"]["reason"]) == ("neither", "looks like a 0")


def test_it_explains_when_asked(client, expected):
    raw = client.post("/predict?explain=true", content=RAW, headers=OCTETS).json()
    explanation = raw.pop("explanation")
    assert raw == expected
    assert sum(explanation["pixels"]) + explanation["pixels_bias"] == pytest.approx(raw["logit"], abs=1e-4)
    assert sum(unit["adds"] for unit in explanation["units"]) + explanation["units_bias"] == pytest.approx(
        raw["logit"], abs=1e-4
    )
    assert {each["digit"] for each in explanation["nearest"]} == {7}
    again = client.post("/predict", json={"strokes": SEVEN, "explain": True, "image": False}).json()
    assert again["explanation"] == explanation
    assert "image" not in again
    of_run = client.post("/predict?run=a&step=0&explain=1", content=RAW, headers=OCTETS).json()["explanation"]
    assert (of_run["units"], of_run["pixels_bias"]) == (None, 0)


def test_strokes(client, expected):
    same_answer(client.post("/predict", json={"strokes": SEVEN}), expected)
    timed = [[[1e6 + 3 * x, 3 * y - 5, 16 * i] for i, (x, y) in enumerate(SEVEN[0])]]
    assert client.post("/predict", json={"strokes": timed}).json()["verdict"] == "7"


def test_pixels_as_integers_fractions_flat_and_in_rows(client, expected):
    for pixels in (IMAGE.ravel(), IMAGE, IMAGE.ravel() / 255, IMAGE / 255):
        same_answer(client.post("/predict", json={"pixels": pixels.tolist()}), expected)


def test_pixels_none_above_one_are_fractions(client):
    answer = client.post("/predict", json={"pixels": (IMAGE > 128).astype(int).tolist()})
    assert set(answer.json()["image"]) == {0, 255}


def test_pictures_as_bodies_and_in_forms(client, expected):
    picture = png(IMAGE)
    same_answer(client.post("/predict", content=picture, headers={"content-type": "image/png"}), expected)
    same_answer(client.post("/predict", files={"file": ("7.png", picture, "image/png")}), expected)
    for format in ("JPEG", "WEBP"):
        drawn = io.BytesIO()
        Image.fromarray(255 - np.pad(IMAGE, 60)).resize((444, 444)).save(drawn, format)
        body = {"content": drawn.getvalue(), "headers": {"content-type": f"image/{format.lower()}"}}
        for request in (body, {"files": {"f": drawn}}):
            assert client.post("/predict", **request).json()["verdict"] == "7"


def test_a_form_may_say_all_that_the_query_may(client, expected):
    fields = {"step": "0", "image": "true", "keep": "0.98", "run": "none"}
    answer = client.post("/predict", files={"file": ("7.png", png(IMAGE), "image/png")}, data=fields)
    assert (answer.status_code, answer.json()["title"]) == (404, "No such run")


@pytest.mark.parametrize("type", ["image/png", "image/x-png", "IMAGE/PNG; q=1", "image/jpg", "image/pjpeg"])
def test_pictures_by_any_name_of_their_type(client, expected, type):
    assert client.post("/predict", content=png(IMAGE), headers={"content-type": type}).json() == expected


@pytest.mark.parametrize(
    "disposition",
    [
        'name="file"',
        "name=file; filename*=UTF-8''s%C3%A9pt.png",
        'name="image"; filename="7.png"; filename*=UTF-87.png',
        'name="anything"',
    ],
)
@pytest.mark.parametrize("size", [1, 5, 10_000])
def test_a_picture_in_a_form_whatever_the_form_says_of_it(client, expected, disposition, size):
    """Sent in pieces of ``size``: a picture may begin in one and go on in another."""
    head = f"--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode()
    body = head + png(IMAGE) + b"\r\n--x--\r\n"
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    answer = client.post(
        "/predict", content=b"".join(pieces), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.json() == expected


def test_json_may_begin_with_a_byte_order_mark(client, expected):
    body = b"\xef\xbb\xbf" + json.dumps({"strokes": SEVEN}).encode()
    assert client.post("/predict", content=body, headers=JSON).json() == expected


def test_json_without_a_content_type_is_told_so(client):
    answer = client.post("/predict", content=b"{}")
    assert answer.status_code == 415
    assert "Content-Type is missing; send application/json" in answer.json()["detail"]


@pytest.mark.parametrize("side", [28, 300])
def test_the_path_may_end_in_a_slash_at_any_size(server, side):
    noise = png(np.random.RandomState(1).randint(0, 256, (side, side), np.uint8))
    with server.client() as client:
        answers = [client.post(path, content=noise, headers={"content-type": "image/png"}) for path in predict.PATHS]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_the_image_can_be_left_out(client, expected):
    short = {name: value for name, value in expected.items() if name != "image"}
    same_answer(client.post("/predict?image=false", content=RAW, headers=OCTETS), short)
    same_answer(client.post("/predict?image=false", json={"strokes": SEVEN}), short)
    same_answer(client.post("/predict", json={"strokes": SEVEN, "image": False}), short)


@pytest.mark.parametrize("strokes", [[], [[]]])
def test_a_blank_canvas_is_blank(client, strokes):
    answer = client.post("/predict", json={"strokes": strokes}).json()
    assert (answer["verdict"], answer["digit"], answer["image"]) == ("blank", None, [0] * 784)


def test_noise_is_neither(client):
    noise = np.random.default_rng(0).integers(0, 256, 784, dtype=np.uint8)
    answer = client.post("/predict", content=noise.tobytes(), headers=OCTETS).json()
    assert (answer["verdict"], answer["digit"]) == ("neither", None)


@pytest.mark.parametrize(
    ("run", "step", "answers"),
    [("a", 0, ("a", 0)), ("a", 48, ("a", 0)), ("a", 97, ("a", 49)), ("b", None, ("b", 5)), ("live", None, ("b", 5))],
)
def test_any_runs_model_at_any_step(client, run, step, answers):
    asked = {"run": run} | ({} if step is None else {"step": step})
    by_body = client.post("/predict", json={"strokes": SEVEN, **asked}).json()
    by_query = client.post("/predict", params=asked, content=RAW, headers=OCTETS).json()
    form = {"data": {name: str(value) for name, value in asked.items()}, "files": {"file": png(IMAGE)}}
    by_form = client.post("/predict", **form).json()
    for answer in (by_body, by_query, by_form):
        assert (answer["run"], answer["step"]) == answers
        assert answer["logit"] == (answers[1] if run == "a" else -5)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"run": "nobody"}, 404),
        ({"run": "c"}, 404),
        ({"run": "b", "step": 4}, 404),
        ({"step": 0}, 404),
        ({"run": "a"}, 409),
        ({"run": ""}, 422),
        ({"run": "a\0"}, 422),
        ({"run": "a", "step": -1}, 422),
        ({"run": "a", "step": 10**30}, 422),
    ],
)
def test_a_model_that_is_not_there(client, asked, status):
    by_body = client.post("/predict", json={"strokes": SEVEN, **asked})
    by_query = client.post("/predict", params=asked, content=RAW, headers=OCTETS)
    for answer in (by_body, by_query):
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_a_history_that_has_gone_is_said_and_costs_only_the_runs_models(tmp_path):
    async def lose(app):
        (tmp_path / "runs.db").rename(tmp_path / "elsewhere.db")
        with pytest.raises(HistoryUnavailable):
            await app.state.services.history.rename("a", "other")

    with predicting(tmp_path) as client:
        client.run(lose)
        answer = client.post("/predict?run=a", content=RAW, headers=OCTETS)
        assert (answer.status_code, answer.json()["title"]) == (503, "The history is not available")
        items = client.post("/predict", json={"items": [{"strokes": SEVEN, "run": "a"}, {"strokes": SEVEN}]}).json()
        assert items["items"][0] == answer.json()
        assert items["items"][1]["verdict"] == "7"


ROW = [0] * 28
LONG = 2 * 1024 * 1024


@pytest.mark.parametrize(
    "body",
    [
        "", "null", "7", "[]", "{}", "{", '"strokes"', '{"strokes": null}', '{"strokes": {}}', '{"strokes": [[[1]]]}',
        '{"strokes": [[[1, 2, 3, 4]]]}', '{"strokes": [[1, 2]]}', '{"strokes": [[[true, 1]]]}',
        '{"strokes": [[["1", 1]]]}', '{"strokes": [[[NaN, 1]]]}', '{"strokes": [[[1, Infinity]]]}',
        '{"strokes": [[[1e999, 1]]]}', '{"strokes": [[[1, 1]]], "pixels": []}', '{"strokes": [], "colour": 1}',
        '{"strokes": [], "step": "1"}', '{"strokes": [], "step": true}', '{"strokes": [], "image": 0}',
        '{"strokes": [[[' + "9" * 5000 + ", 1]]]}", "[" * 100_000, '{"strokes": ' + "[" * 100_000,
        json.dumps({"strokes": [[]] * 1001}), json.dumps({"strokes": [[[1, 1]] * 20_001]}),
        json.dumps({"strokes": [[[1, 1]] * 11_000] * 2}), json.dumps({"pixels": []}),
        json.dumps({"pixels": [0] * 783}), json.dumps({"pixels": [0] * 785}), json.dumps({"pixels": [ROW] * 27}),
        json.dumps({"pixels": [ROW] * 27 + [[0] * 27]}), json.dumps({"pixels": [True] * 784}),
        json.dumps({"pixels": [-1] + [0] * 783}), '{"pixels": [0, %s 0]}' % ("9" * 4000 + ", " + "0," * 781),
        '{"pixels": [0.5, %s 0]}' % ("9" * 4000 + ", " + "0," * 781), json.dumps({"pixels": [256] + [0] * 783}),
        json.dumps({"pixels": [0.5, 200] + [0] * 782}), json.dumps({"pixels": [float("nan")] * 784}),
        json.dumps({"pixels": [None] * 784}), json.dumps({"pixels": ["x"] * 300_000}),
        b"\xff\xfe{}", b'{"strokes": "\xd8"}',
    ],
    ids=lambda body: repr(body[:30]),
)  # fmt: skip
def test_refuses_junk_as_json(client, body):
    answer = client.post("/predict", content=body, headers=JSON)
    assert answer.status_code == 422, answer.text
    assert answer.json()["status"] == 422
    assert len(answer.content) < 10_000


def test_names_the_field_that_is_off(client):
    errors = client.post("/predict", json={"strokes": [[[1, 2], [3, "x"]]]}).json()["errors"]
    assert errors[0]["field"] == "strokes.0.1.1"
    errors = client.post("/predict", json={"strokes": [], "step": -1}).json()["errors"]
    assert errors[0]["field"] == "step"


@pytest.mark.parametrize("length", [0, 1, 783, 785, 65_536])
def test_refuses_raw_pixels_of_another_length(client, length):
    answer = client.post("/predict", content=bytes(length), headers=OCTETS)
    assert answer.status_code == 422
    assert "784" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("type", "length"),
    [
        ("application/json", LONG + 1),
        ("application/octet-stream", 65_537),
        ("image/png", 5 * LONG + 1),
        ("image/jpeg", 6 * LONG),
        ("multipart/form-data; boundary=x", 6 * LONG),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_refuses_what_is_too_large(client, type, length, announced):
    body = bytes(length) if announced else pieces(length)
    answer = client.post("/predict", content=body, headers={"content-type": type})
    assert answer.status_code == 413
    assert "bytes" in answer.json()["detail"]


@pytest.mark.parametrize(
    "type", ["", "text/plain", "image/gif", "application/x-www-form-urlencoded", "multipart/mixed"]
)
def test_refuses_other_types_and_says_which_it_takes(client, type):
    answer = client.post("/predict", content=RAW, headers={"content-type": type})
    assert answer.status_code == 415
    assert "image/png" in answer.headers["accept-post"]


def test_refuses_encoded_bodies(client):
    headers = OCTETS | {"content-encoding": "gzip"}
    assert client.post("/predict", content=RAW, headers=headers).status_code == 415


@pytest.mark.parametrize(
    "picture",
    [
        b"",
        b"GIF89a",
        png(IMAGE)[:-30],
        png(IMAGE)[:40],
        bomb(5_001, 5_000),
        bomb(30_000, 30_000),
        bomb(2**31 - 1, 2**31 - 1),
    ],
    ids=["empty", "gif", "truncated", "header", "large", "bomb", "largest"],
)
def test_refuses_unreadable_pictures(client, picture):
    answer = client.post("/predict", content=picture, headers={"content-type": "image/png"})
    assert answer.status_code == 422
    assert answer.json()["detail"].endswith(".")


@pytest.mark.parametrize(
    ("pixels", "field"),
    [
        ([True] + [0] * 783, "pixels.0"),
        ([0] * 783 + ["x"], "pixels.783"),
        ([0.5] * 700 + [-0.5] * 84, "pixels.700"),
        ([7] * 700 + [256] * 84, "pixels.700"),
        ([0] * 783, "pixels"),
        ([[0] * 28] * 27 + [[0] * 27], "pixels.27"),
        ([[0] * 28] * 27, "pixels"),
        ([[0] * 28] * 5 + [[1] * 3 + [300] * 25] * 23, "pixels.5.3"),
        ("x", "pixels"),
    ],
)
def test_names_the_pixel_that_is_wrong(client, pixels, field):
    errors = client.post("/predict", json={"pixels": pixels}).json()["errors"]
    assert [error["field"] for error in errors] == [field]


@pytest.mark.parametrize(
    "request_",
    [
        {"content": b"junk", "headers": {"content-type": "multipart/form-data"}},
        {"content": b"junk", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"--x\r\n\r\n--x--", "headers": {"content-type": "multipart/form-data; boundary=x"}},
        {"content": b"", "headers": {"content-type": "multipart/form-data; boundary=x; charset=klingon"}},
        {"files": {"run": (None, "a")}},
        {"files": [("a", png(IMAGE)), ("b", png(IMAGE))]},
        {"files": {"a": b"no picture"}},
        {"files": {"a": png(IMAGE)}, "data": {"step": "soon"}},
        {"files": {"a": png(IMAGE)}, "data": {"x": "y" * 2000}},
    ],
)  # fmt: skip
def test_refuses_broken_forms(client, request_):
    assert client.post("/predict", **request_).status_code == 422


fuzz = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=20,
)
names = st.sampled_from(["strokes", "pixels", "run", "step", "image", "keep"])
types = st.sampled_from(["application/json", "application/octet-stream", "image/png", "image/jpeg", "image/webp"])


@fuzz
@given(st.dictionaries(names, anything, max_size=5) | anything)
def test_any_json_is_read_or_refused(client, body):
    answer = client.post("/predict", content=json.dumps(body), headers=JSON)
    assert answer.status_code in (200, 404, 422)


@fuzz
@given(st.lists(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=2, max_size=3))))
@example([[[0.0, 1.1e307], [1.0, 1.1e307]]])
def test_any_strokes_are_read(client, strokes):
    answer = client.post("/predict", json={"strokes": strokes})
    assert answer.status_code == 200
    msgspec.json.decode(answer.content, type=Prediction)
    assert (answer.json()["verdict"] == "blank") == (not any(strokes))


@fuzz
@given(st.binary(min_size=784, max_size=784))
def test_any_raw_pixels_are_read(client, pixels):
    answer = client.post("/predict", content=pixels, headers=OCTETS)
    assert answer.status_code == 200
    assert answer.json()["image"] == list(pixels)


@fuzz
@given(types, st.binary(max_size=2000))
def test_any_bytes_are_refused(client, type, body):
    assert client.post("/predict", content=body, headers={"content-type": type}).status_code in (200, 413, 415, 422)


@fuzz
@given(st.data())
def test_any_damage_to_a_picture_is_read_or_refused(client, data):
    picture = bytearray(png(np.tile(IMAGE, (3, 3))))
    for place in data.draw(st.lists(st.integers(0, len(picture) - 1), min_size=1, max_size=8)):
        picture[place] = data.draw(st.integers(0, 255))
    answer = client.post("/predict", content=bytes(picture), headers={"content-type": "image/png"})
    assert answer.status_code in (200, 422)


def test_is_described(client):
    operation = client.get("/openapi.json").json()["paths"]["/predict"]["post"]
    assert set(operation["requestBody"]["content"]) == {
        "application/json", "application/octet-stream", "image/png", "image/jpeg", "image/webp", "multipart/form-data",
    }  # fmt: skip
    assert "$ref" not in json.dumps(operation)
