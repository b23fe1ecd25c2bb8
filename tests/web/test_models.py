"""Cards of models: their figures are those that one gets by asking ``POST /predict``'s reader about the same digits."""

import base64
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.data import embedded
from app.handwriting.builtin import FILE
from app.handwriting.predictor import from_safetensors
from app.handwriting.reader import Reader
from tests.web.predicting import predicting


@pytest.fixture(scope="module")
def digits():
    """Images and labels, the 3s and 7s first."""
    arrays = embedded()
    return [
        np.concatenate([arrays[f"{which}_{kind}"] for which in ("valid", "other_valid")]).reshape(3038, -1)
        for kind in ("images", "labels")
    ]


@pytest.fixture(scope="module")
def run(server):
    run = server.start(name="measured", epochs=2, seed=5)["id"]
    server.until(run, "RunFinished")
    return run


@pytest.fixture(scope="module", params=["built-in", "run"])
def card_and_readings(request, client, digits):
    """A card, and what the reader says to each digit by itself."""
    predictor, name = None, "built-in"
    if request.param == "run":
        name = request.getfixturevalue("run")
        predictor = from_safetensors(client.get(f"/api/runs/{name}/model").content)
    reader = Reader.built_in()
    readings = [reader.read(image, predictor) for image in digits[0]]
    answer = client.get(f"/api/models/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json(), readings


def test_figures_are_those_of_an_independent_count(card_and_readings, digits):
    card, readings = card_and_readings
    measured, labels = card["measured"], digits[1].ravel()
    verdicts = np.array([reading.verdict for reading in readings])
    logits = np.array([reading.logit for reading in readings])
    ours, passed = np.isin(labels, (3, 7)), np.isin(verdicts, ("3", "7"))
    right = ours & ((logits > 0) == (labels == 3))
    for name, hits, of in (
        ("told_apart", right, 2038), ("right", right & passed, 2038), ("refused", ours & ~passed, 2038),
        ("let_through", ~ours & passed, 1000),
    ):  # fmt: skip
        found = measured[name]
        assert (found["hits"], found["of"]) == (hits.sum(), of), name
        assert found["value"] == pytest.approx(hits.sum() / of)
        assert found["low"] <= found["value"] <= found["high"]
    for row in measured["confusion"]:
        own = verdicts[labels == row["digit"]]
        assert [row["three"], row["seven"], row["neither"]] == [sum(own == each) for each in ("3", "7", "neither")]
    sure = np.maximum(1 / (1 + np.exp(-logits)), 1 / (1 + np.exp(logits)))[ours]
    gap = 0
    for each in measured["reliability"]:
        inside = (sure >= each["low"]) & ((sure < each["high"]) | (each["high"] == 1))
        assert each["count"] == inside.sum()
        if each["count"]:
            assert each["confidence"] == pytest.approx(sure[inside].mean())
            assert each["right"]["hits"] == right[ours][inside].sum()
            gap += abs(each["confidence"] - each["right"]["value"]) * each["count"]
    error = measured["calibration_error"]
    assert error["value"] == pytest.approx(gap / 2038)
    assert error["low"] <= error["high"]
    scores = np.array([reading.gate.score for reading in readings])
    pairs = (scores[ours][:, None] > scores[~ours]).mean() + (scores[ours][:, None] == scores[~ours]).mean() / 2
    assert measured["gate_auroc"]["value"] == pytest.approx(pairs)
    assert measured["gate_auroc"]["low"] < pairs < measured["gate_auroc"]["high"]


def test_the_misread_digits_come_with_their_images_the_surest_first(card_and_readings, digits):
    card, readings = card_and_readings
    images, labels = digits[0], digits[1].ravel()
    for kind, sureness in (
        ("exchanged", lambda each: abs(each["probability_3"] - 0.5)),
        ("taken", lambda each: abs(each["probability_3"] - 0.5)),
        ("missed", lambda each: -each["gate"]),
    ):
        found = card["measured"][kind]
        assert len(found["surest"]) == min(20, found["count"])
        assert [sureness(each) for each in found["surest"]] == sorted(map(sureness, found["surest"]), reverse=True)
        for each in found["surest"]:
            at = each["index"] + (2038 if kind == "taken" else 0)
            assert base64.b64decode(each["pixels"]) == images[at].tobytes()
            reading = readings[at]
            assert (labels[at], reading.verdict, reading.gate.reason) == (
                each["digit"], each["read_as"], each["reason"],
            )  # fmt: skip
            assert each["probability_3"] == pytest.approx(reading.probability_3, abs=1e-5)
    counted = sum(row["three"] + row["seven"] for row in card["measured"]["confusion"] if row["digit"] not in (3, 7))
    assert card["measured"]["taken"]["count"] == counted


def test_the_built_in_network_says_which_of_its_answers_is_the_likeliest(client):
    card = client.get("/api/models/built-in").json()
    assert (card["run"], card["name"], card["recipe"], card["state"]) == (
        "built-in", "The built-in network", None, None,
    )  # fmt: skip
    answers = np.array(card["measured"]["answers"])
    assert answers.shape == (10, 11)
    assert answers.sum(axis=1).tolist() == [125, 125, 125, 1010, 125, 125, 125, 1028, 125, 125]
    assert answers.trace() > 0.95 * 3038


def test_the_gates_curve_is_one_for_all_networks(client, run):
    curve = client.get("/api/gate").json()
    assert curve == client.get("/api/models/built-in").json()["measured"]["gate"]
    assert curve == client.get(f"/api/models/{run}").json()["measured"]["gate"]
    assert (curve["kept"][0], curve["kept"][-1], curve["usual"]) == (0.5, 1, 0.99)
    assert curve["let_through"] == sorted(curve["let_through"])
    at = np.interp(curve["usual"], curve["kept"], curve["let_through"])
    assert at == pytest.approx(client.get("/api/models/built-in").json()["measured"]["let_through"]["value"], abs=0.002)


def test_a_runs_card_is_that_of_the_model_at_or_before_the_step(client, run):
    newest = client.get(f"/api/models/{run}").json()
    assert (newest["run"], newest["name"], newest["state"], newest["step"], newest["steps"]) == (
        run, "measured", "finished", 98, 98,
    )  # fmt: skip
    assert newest["recipe"]["seed"] == 5
    assert newest["measured"]["answers"] is None
    first = client.get(f"/api/models/{run}?step=1").json()
    assert first["step"] <= 1
    assert first["measured"]["told_apart"]["hits"] != newest["measured"]["told_apart"]["hits"]
    assert client.get(f"/api/models/{run}?step=1000000").json() == newest
    assert newest["measured"]["told_apart"]["value"] == pytest.approx(
        client.get(f"/api/runs/{run}").json()["summary"]["valid_accuracy"], abs=1e-6
    )


def test_live_is_the_newest_run(client, run):
    assert client.get("/api/models/live").json() == client.get(f"/api/models/{run}").json()


def test_a_renamed_run_has_its_name_at_once(client, server):
    run = server.start(name="before")["id"]
    server.until(run, "RunFinished")
    first = client.get(f"/api/models/{run}")
    client.patch(f"/api/runs/{run}", json={"name": "after"}).raise_for_status()
    again = client.get(f"/api/models/{run}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.json()["name"]) == (200, "after")
    assert again.json()["measured"] == first.json()["measured"]


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_a_card_is_small_on_the_way_and_sent_once(client, accepted):
    headers = {"Accept-Encoding": accepted}
    first = client.get("/api/models/built-in", headers=headers)
    assert first.headers.get("content-encoding") == ("gzip" if accepted == "gzip" else None)
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/api/models/built-in", headers=headers | {"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with client.stream("GET", "/api/models/built-in") as answer:
        assert sum(map(len, answer.iter_raw())) < 30_000


def test_many_who_ask_at_once_get_the_same(client, run, server):
    def ask(_):
        with server.client() as other:
            return other.get(f"/api/models/{run}?step=0").content

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_a_model_that_is_not_there(client, serve, tmp_path):
    for path, words in (
        ("/api/models/there-is-none", "no run"),
        ("/api/models/built-in?step=5", "15000"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert words in answer.json()["detail"]
    for step in ("-1", "many", str(10**10)):
        answer = client.get(f"/api/models/built-in?step={step}")
        assert (answer.status_code, [each["field"] for each in answer.json()["errors"]]) == (422, ["step"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [("a", 409, "diverged"), ("c", 404, "no model yet"), ("b?step=4", 404, "at or before step 4")],
)
def test_a_model_that_cannot_read_has_no_card(tmp_path, path, status, words):
    with predicting(tmp_path) as client:
        answer = client.get(f"/api/models/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert words in answer.json()["detail"]


def test_a_network_that_answers_the_same_to_all_is_right_in_half_and_sure(tmp_path):
    with predicting(tmp_path) as client:
        card = client.get("/api/models/live").json()
    assert (card["run"], card["step"]) == ("b", 5)  # its logit is -5
    measured = card["measured"]
    assert measured["told_apart"]["hits"] == 1028
    assert measured["calibration_error"]["value"] == pytest.approx(1 / (1 + np.exp(-5)) - 1028 / 2038)
    assert [each["count"] for each in measured["reliability"]] == [0] * 9 + [2038]
    assert [row["three"] for row in measured["confusion"]] == [0] * 10
    assert {each["read_as"] for each in measured["exchanged"]["surest"]} == {"7"}


def test_a_run_that_diverged_has_the_card_of_what_it_kept_before(client, server):
    run = server.start(preset="diverging", learning_rate=1000)["id"]
    failed = server.until(run, "RunFailed")
    card = client.get(f"/api/models/{run}").json()
    assert card["state"] == "failed"
    assert card["step"] < failed["step"]


def test_the_built_in_networks_file_can_be_downloaded(client):
    answer = client.get("/api/models/built-in/model")
    assert 'filename="threeseven-built-in.safetensors"' in answer.headers["content-disposition"]
    assert answer.content == FILE.read_bytes()


@pytest.mark.parametrize("model", ["built-in", "live"])
def test_a_cards_page_names_the_network(client, run, model):
    page = client.get(f"/models/{model}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    name = client.get(f"/api/models/{model}").json()["name"]
    assert f'<h1 id="name">{name}</h1>' in page.text


def test_there_is_no_page_of_an_unknown_run(client):
    assert client.get("/models/there-is-none", headers={"Accept": "text/html"}).status_code == 404
