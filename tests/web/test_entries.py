"""The board of the last lesson, by REST: entries are trained, scored, tested, kept and deleted."""

import json

import httpx
import pytest
from websockets.sync.client import connect

from app.web.board import BESIDE_OTHERS

ADDRESS = "/api/lessons/your-turn/entries"
QUICK = {"model": "linear", "epochs": 1, "learning_rate": 10.0}


@pytest.fixture(scope="module")
def server(serve, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("board"), token="secret", entries_per_minute="40") as started:
        yield started


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


SIGNED = {"authorization": "Bearer secret"}


def submit(client, recipe=None, status=201, **more):
    answer = client.post(ADDRESS, json={"recipe": recipe or QUICK, "predicted": 0.97, **more})
    assert answer.status_code == status, answer.text
    return answer.json()


def board(client):
    return client.get(ADDRESS).raise_for_status().json()["entries"]


def until(server, client, id, state="tested"):
    """The entry once it is so, told by the board's own stream."""
    with connect(f"{server.ws}/ws", max_queue=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "board": True}))
        for frame in socket:
            if json.loads(frame)["type"] == "BoardChanged":
                found = next(each for each in board(client) if each["id"] == id)
                if found["state"] == state:
                    return found


def test_a_stranger_submits_and_the_entry_is_scored_then_tested(server, client):
    answer = submit(client, name="  Ada ")
    entry = answer["entry"]
    assert answer["new"]
    assert (entry["name"], entry["predicted"], entry["price"], entry["rank"]) == ("Ada", 0.97, 785, None)
    assert entry["recipe"]["hold_out"]
    found = until(server, client, entry["id"])
    assert len(found["runs"]) == len(found["validation"]) == len(found["test"]) == 3
    assert found["score"] == sorted(found["validation"])[1]
    assert found["tested"] == sorted(found["test"])[1]
    assert 0.95 < found["score"] < 1
    assert 0.95 < found["tested"] < 1
    runs = [client.get(f"/api/runs/{run}").json() for run in found["runs"]]
    assert [run["recipe"]["seed"] for run in runs] == [0, 1, 2]
    assert [run["summary"]["valid_accuracy"] for run in runs] == found["validation"]
    assert {run["origin"] for run in runs} == {"lesson"}
    again = submit(client, QUICK | {"hidden": 3}, 200, name="Eve", predicted=0.5)
    assert (again["new"], again["entry"]["id"], again["entry"]["name"]) == (False, entry["id"], "Ada")


def test_the_last_test_is_of_the_digits_held_out(server, client):
    """Read again, by the models that are kept, through the server's own reader of pixels."""
    from app.data import embedded

    entry = until(server, client, submit(client, status=200)["entry"]["id"])
    arrays = embedded()
    images, labels = arrays["train_images"][-2038:][::40], arrays["train_labels"][-2038:][::40]
    wrong = 0
    for image, label in zip(images, labels, strict=True):
        body = {"pixels": image.reshape(-1).tolist(), "run": entry["runs"][1]}
        wrong += (client.post("/predict?image=false", json=body).json()["logit"] > 0) != (label == 3)
    assert wrong / len(images) == pytest.approx(1 - entry["test"][1], abs=0.05)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"predicted": 0.9, "recipe": {"epochs": 99}}, "recipe.epochs", "at most 1,000,000"),
        ({"predicted": 0.9, "recipe": {"epochs": 0}}, "recipe.epochs", "greater than or equal to 1"),
        ({"predicted": 0.9, "recipe": {"seed": 3}}, "recipe.seed", "no such field"),
        ({"predicted": 0.9, "recipe": {"hold_out": False}}, "recipe.hold_out", "no such field"),
        ({"predicted": 0.9, "recipe": {"batch_size": 1, "epochs": 9}}, "recipe.batch_size", "at most 20,000"),
        ({"predicted": 1.1}, "predicted", "less than or equal to 1"),
        ({}, "predicted", "required"),
        ({"predicted": 0.9, "name": "x" * 41}, "name", "at most 40"),
        ({"predicted": 0.9, "name": "evil\u202egnp"}, "name", "U+202E"),
        ({"predicted": 0.9, "name": "a\u200bb"}, "name", "U+200B"),
        ({"predicted": 0.9, "name": "a\x00b"}, "name", "U+0000"),
        ({"predicted": 0.9, "rank": 1}, "rank", "not permitted"),
    ],
)
def test_what_is_wrong_is_refused_by_its_field_and_limit(client, body, field, words):
    answer = client.post(ADDRESS, json=body, headers=SIGNED)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert words in error["detail"]


def test_a_hostile_name_is_text_on_the_page(server, client):
    name = "<img src=x onerror=alert(1)>"
    submit(client, QUICK | {"epochs": 2}, name=name)
    page = client.get("/lessons/your-turn", headers={"accept": "text/html"}).text
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert name not in page


def test_one_that_diverged_in_most_seeds_has_no_score_and_no_rank(server, client):
    recipe = {"model": "two_linear", "loss": "bce", "learning_rate": 1000.0, "epochs": 2, "hidden": 4}
    found = until(server, client, submit(client, recipe)["entry"]["id"])
    assert (found["score"], found["tested"], found["rank"], found["failed"]) == (None, None, None, None)
    assert found["validation"].count(None) >= 2


def test_only_who_controls_deletes_and_its_runs_go_with_it(server, client):
    entry = submit(client, QUICK | {"epochs": 3})["entry"]
    assert client.delete(f"{ADDRESS}/{entry['id']}").status_code == 401
    entry = until(server, client, entry["id"])
    assert client.delete(f"{ADDRESS}/{entry['id']}", headers=SIGNED).status_code == 204
    assert entry["id"] not in {each["id"] for each in board(client)}
    assert client.get(f"/api/runs/{entry['runs'][0]}").status_code == 404
    assert client.delete(f"{ADDRESS}/{entry['id']}", headers=SIGNED).status_code == 404


def test_one_that_trains_is_stopped_when_it_is_deleted(server, client):
    long = {"epochs": 40, "batch_size": 32, "hidden": 31}
    entry = until(server, client, submit(client, long)["entry"]["id"], "training")
    server.until(entry["runs"][0], "RunStarted")
    assert client.delete(f"{ADDRESS}/{entry['id']}", headers=SIGNED).status_code == 204
    active = client.get("/api/runs?origin=lesson&limit=200").json()["runs"]
    assert entry["runs"][0] not in {run["id"] for run in active}


def test_one_whose_runs_were_stopped_says_so_and_can_be_trained_again(server, client):
    recipe = {"epochs": 40, "batch_size": 32, "hidden": 29}
    entry = until(server, client, submit(client, recipe)["entry"]["id"], "training")
    client.post("/api/runs/stop", json={"runs": entry["runs"]}, headers=SIGNED).raise_for_status()
    found = until(server, client, entry["id"], "failed")
    assert found["failed"] == "Its runs were stopped before they had ended."
    again = submit(client, recipe)["entry"]
    assert again["id"] != entry["id"]
    assert entry["id"] not in {each["id"] for each in board(client)}
    assert client.delete(f"{ADDRESS}/{again['id']}", headers=SIGNED).status_code == 204


def test_the_textbooks_recipe_is_the_lessons_own_entry_and_stays(server, client):
    answer = submit(client, {"epochs": 40}, 200, name="Eve")
    assert (answer["new"], answer["entry"]["lesson"], answer["entry"]["name"]) == (False, True, None)
    assert client.delete(f"{ADDRESS}/textbook", headers=SIGNED).status_code == 409
    trial = client.post("/api/lessons/your-turn/trials/textbook", json={})
    assert trial.status_code == 200
    assert [run["id"] for run in trial.json()["runs"]] == answer["entry"]["runs"]


def test_entries_outlive_the_server_and_what_it_left_is_trained_again(serve, tmp_path):
    recipe = {"epochs": 2, "batch_size": 16, "hidden": 2}
    with serve(tmp_path) as server, server.client() as client:
        quick = until(server, client, submit(client, name="Ada")["entry"]["id"])
        left = until(server, client, submit(client, recipe)["entry"]["id"], "training")
        server.until(left["runs"][0], "RunStarted")
    with serve(tmp_path) as server, server.client() as client:
        assert next(each for each in board(client) if each["id"] == quick["id"]) == quick
        found = until(server, client, left["id"])
        assert found["sweep"] != left["sweep"]
        assert found["score"] > 0.95


def test_too_many_from_one_address_are_told_when_to_come_back(serve, tmp_path):
    with serve(tmp_path, entries_per_minute="2") as server, server.client() as client:
        answers = [client.post(ADDRESS, json={"predicted": 2}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [422, 422, 422]
        answers = [client.post(ADDRESS, json={"predicted": 0.5, "recipe": {"epochs": 99}}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert 0 < int(answers[2].headers["retry-after"]) <= 60


def test_one_address_has_a_quarter_of_the_board_where_others_wait(serve, tmp_path):
    def send(client, number):
        return client.post(ADDRESS, json={"predicted": 0.9, "recipe": {"learning_rate": 0.001 * number}})

    with serve(tmp_path) as server, server.client() as client:
        elsewhere = httpx.HTTPTransport(local_address="127.0.0.2")
        with httpx.Client(base_url=server.url, transport=elsewhere, timeout=60) as other:
            assert send(other, 1).status_code == 201
            assert [send(client, 2 + n).status_code for n in range(BESIDE_OTHERS)] == [201] * BESIDE_OTHERS
            refused = send(client, 50)
            assert refused.status_code == 503
            assert f"{BESIDE_OTHERS} are waiting already" in refused.json()["detail"]
            assert send(other, 51).status_code == 201
