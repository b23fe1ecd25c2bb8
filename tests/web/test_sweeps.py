"""Sweeps by REST: started, followed, controlled, deleted, and used again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

RATES = [0.01, 0.1]


def start(client, status=201, **asked):
    answer = client.post("/api/sweeps", json={"epochs": 1, **asked})
    assert answer.status_code == status, answer.text
    return answer.json()


def ended(server, client, sweep):
    for run in sweep["runs"]:
        assert server.until(run["id"], "RunFinished", "RunStopped", "RunFailed")
    return client.get(f"/api/sweeps/{sweep['id']}").json()


@pytest.fixture(scope="module")
def finished(server, client):
    sweep = start(client, axes={"seed": [1, 2], "learning_rate": RATES}, name="four")
    return ended(server, client, sweep)


def losses(server, run):
    steps = (event for event in server.events(run) if event["type"] == "Steps")
    return [loss for event in steps for loss in event["loss"]]


def test_its_runs_stand_in_axis_order_the_last_axis_fastest(finished):
    assert finished["axes"] == {"seed": [1, 2], "learning_rate": RATES}
    got = [(run["recipe"]["seed"], run["recipe"]["learning_rate"]) for run in finished["runs"]]
    assert got == [(1, 0.01), (1, 0.1), (2, 0.01), (2, 0.1)]
    assert [run["name"] for run in finished["runs"]][:2] == [
        "four · seed 1, learning rate 0.01",
        "four · seed 1, learning rate 0.1",
    ]
    assert {run["sweep"] for run in finished["runs"]} == {finished["id"]}
    assert {run["state"] for run in finished["runs"]} == {"finished"}


def test_each_run_is_read_like_any_other_and_equals_its_recipe_alone(server, client, finished):
    run = finished["runs"][2]
    alone = server.start(seed=2, learning_rate=0.01)
    server.until(alone["id"], "RunFinished")
    assert losses(server, run["id"]) == pytest.approx(losses(server, alone["id"]), abs=1e-5)
    assert client.get(f"/api/runs/{run['id']}/model").status_code == 200
    assert client.get(f"/api/runs/{run['id']}/weights?step=0").json()["step"] == 0
    read = client.post(f"/predict?run={run['id']}&image=false", json={"pixels": [0] * 784})
    assert read.json()["run"] == run["id"]


def test_sweeps_are_listed_newest_first_in_pages(client, finished):
    newer = start(client, axes={"seed": [5]})
    first = client.get("/api/sweeps?limit=1").json()
    assert [sweep["id"] for sweep in first["sweeps"]] == [newer["id"]]
    second = client.get("/api/sweeps", params={"limit": 100, "cursor": first["next"]}).json()
    assert finished["id"] in [sweep["id"] for sweep in second["sweeps"]]
    assert client.get("/api/sweeps?cursor=x").status_code == 422


def test_runs_that_cannot_share_a_batch_train_too(server, client):
    sweep = start(client, axes={"hidden": [5, 7], "optimizer": ["sgd", "adam"], "batch_size": [4096]})
    assert {run["state"] for run in ended(server, client, sweep)["runs"]} == {"finished"}


def test_a_run_that_diverges_fails_alone(server, client):
    asked = {"preset": "diverging", "axes": {"learning_rate": [0.1, 1000]}}
    sweep = ended(server, client, start(client, **asked))
    assert [(run["state"], run["diverged"]) for run in sweep["runs"]] == [("finished", False), ("failed", True)]
    again = start(client, 200, reuse=True, **asked)
    assert again["id"] == sweep["id"], "it would diverge again"


@pytest.mark.parametrize(
    ("asked", "field", "words"),
    [
        ({}, "axes", "required"),
        ({"axes": {}}, "axes", "at least 1"),
        ({"axes": {"device": ["auto", "cpu"]}}, "axes.device", "beside the axes"),
        ({"axes": {"seed": []}}, "axes.seed", "at least 1"),
        ({"axes": {"colour": [1]}}, "axes.colour", "no such field"),
        ({"axes": {"learning_rate": [0.1, -1]}}, "axes.learning_rate.1", "greater than 0"),
        ({"axes": {"learning_rate": ["fast"]}}, "axes.learning_rate.0", "valid number"),
        ({"axes": {"epochs": [1.5]}}, "axes.epochs.0", "valid integer"),
        ({"axes": {"seed": [1, 2, 1]}}, "axes.seed", "twice"),
        ({"axes": {"seed": [1]}, "seed": 2}, "axes.seed", "beside"),
        ({"axes": {"seed": list(range(65))}}, "axes.seed", "at most 64"),
        ({"axes": {"seed": list(range(13)), "hidden": [1, 2, 3, 4, 5]}}, "axes", "65 combinations"),
        ({"axes": {"batch_size": [1]}, "epochs": 1000}, "body", "at most 500,000"),
        ({"axes": {"seed": [[1]]}}, "axes.seed.0", ""),
        ({"axes": [1]}, "axes", "dictionary"),
    ],
)
def test_what_makes_no_sweep_is_refused_by_field_and_limit(client, asked, field, words):
    answer = client.post("/api/sweeps", json=asked)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["errors"][0]["field"].startswith(field)
    assert words in problem["errors"][0]["detail"]


def test_an_unknown_sweep_is_a_problem_document(client):
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/control"), ("POST", "/restore"),
    ):  # fmt: skip
        answer = client.request(method, f"/api/sweeps/none{path}", json={"action": "stop"})
        assert (answer.status_code, answer.json()["title"]) == (404, "No such sweep")


def test_it_waits_in_one_place_and_is_stopped_whole(server, client):
    busy = server.start(epochs=1000, batch_size=32)
    server.until(busy["id"], "Steps")
    waiting = start(client, axes={"hidden": [3, 4], "seed": [1, 2]})
    after = server.start()
    assert {run["place"] for run in client.get(f"/api/sweeps/{waiting['id']}").json()["runs"]} == {1}
    assert client.get(f"/api/runs/{after['id']}").json()["place"] == 2
    refused = client.post(f"/api/sweeps/{waiting['id']}/control", json={"action": "pause"})
    assert (refused.status_code, "queued" in refused.json()["detail"]) == (409, True)
    answer = client.post(f"/api/sweeps/{waiting['id']}/control", json={"action": "stop"})
    assert answer.status_code == 202
    assert {run["state"] for run in answer.json()["runs"]} == {"stopped"}
    assert client.get(f"/api/runs/{after['id']}").json()["place"] == 1
    ended = client.post(f"/api/sweeps/{waiting['id']}/control", json={"action": "stop"})
    assert (ended.status_code, ended.json()["detail"]) == (409, "the sweep has ended: it takes no controls any more")
    client.post("/api/runs/stop", json={"all": True}).raise_for_status()


def test_controls_of_the_whole_and_of_one_member(server, client):
    sweep = start(client, epochs=1000, axes={"learning_rate": RATES}, steps_per_second=100)
    first, second = (run["id"] for run in sweep["runs"])
    server.until(second, "Steps")
    path = f"/api/sweeps/{sweep['id']}/control"
    client.post(path, json={"action": "pause"}).raise_for_status()
    assert server.until(first, "RunPaused")["step"] == server.until(second, "RunPaused")["step"]
    refused = client.post(f"/api/runs/{first}/control", json={"action": "resume"})
    assert (refused.status_code, path in refused.json()["detail"]) == (409, True)
    client.post(f"/api/runs/{first}/control", json={"learning_rate": 0.5}).raise_for_status()
    client.post(path, json={"action": "resume"}).raise_for_status()
    client.post(path, json={"steps_per_second": None}).raise_for_status()
    client.post(f"/api/runs/{second}/control", json={"action": "stop"}).raise_for_status()
    server.until(second, "RunStopped")
    runs = client.get(f"/api/sweeps/{sweep['id']}").json()["runs"]
    assert [run["state"] for run in runs] == ["running", "stopped"]
    assert [run["learning_rate"] for run in runs] == [0.5, 0.1]
    assert client.delete(f"/api/sweeps/{sweep['id']}").status_code == 409
    client.post(path, json={"action": "stop"}).raise_for_status()
    server.until(first, "RunStopped")


def test_a_deleted_sweep_can_be_restored(server, client):
    sweep = ended(server, client, start(client, axes={"seed": [7, 8]}))
    path, run = f"/api/sweeps/{sweep['id']}", sweep["runs"][0]["id"]
    assert client.delete(path).status_code == 204
    assert (client.get(path).status_code, client.get(f"/api/runs/{run}").status_code) == (404, 404)
    assert client.post(f"{path}/restore").json() == sweep
    assert client.get(f"/api/runs/{run}").status_code == 200


def test_thirty_who_ask_for_the_same_sweep_at_once_cause_one(server, client):
    body = {"epochs": 1, "axes": {"learning_rate": [0.03, 0.3]}, "reuse": True}
    with ThreadPoolExecutor(30) as crowd:
        answers = list(crowd.map(lambda _: client.post("/api/sweeps", json=body), range(30)))
    assert sorted(answer.status_code for answer in answers) == [200] * 29 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    another = start(client, axes={"learning_rate": [0.3, 0.03]}, reuse=True)
    assert another["id"] != answers[0].json()["id"]
    ended(server, client, another)


def test_an_equal_run_is_used_again_unless_a_control_changed_it(server, client):
    def run(status, **asked):
        answer = client.post("/api/runs", json={"epochs": 1, "seed": 77, "reuse": True, **asked})
        assert answer.status_code == status, answer.text
        assert answer.headers["location"] == f"/api/runs/{answer.json()['id']}"
        return answer.json()["id"]

    first = run(201)
    assert run(200) == first
    assert server.until(first, "RunFinished")
    assert run(200) == first
    assert run(201, seed=78) != first
    assert run(201, reuse=False) != first
    slow = run(201, seed=79, epochs=1000, steps_per_second=50)
    server.until(slow, "Steps")
    assert run(200, seed=79, epochs=1000) == slow
    client.post(f"/api/runs/{slow}/control", json={"learning_rate": 0.2}).raise_for_status()
    changed = run(201, seed=79, epochs=1000, steps_per_second=50)
    assert changed != slow
    client.post("/api/runs/stop", json={"runs": [slow, changed]}).raise_for_status()


def test_without_the_token_none_can_be_started(serve, tmp_path):
    with serve(tmp_path, "--token", "a secret") as server, server.client() as client:
        body = {"axes": {"seed": [1]}}
        assert client.post("/api/sweeps", json=body).status_code == 401
        signed = client.post("/api/sweeps", json=body, headers={"Authorization": "Bearer a secret"})
        assert signed.status_code == 201
        assert client.get(f"/api/sweeps/{signed.json()['id']}").status_code == 200
        assert client.delete(f"/api/sweeps/{signed.json()['id']}").status_code == 401


def test_a_sweep_takes_one_place_of_the_queue(serve, tmp_path):
    with serve(tmp_path, queued_runs="1") as server, server.client() as client:
        server.until(server.start(epochs=1000, batch_size=32)["id"], "Steps")
        assert len(start(client, axes={"seed": list(range(64))})["runs"]) == 64
        full = client.post("/api/sweeps", json={"axes": {"seed": [1]}})
        assert (full.status_code, full.json()["title"]) == (503, "Queue full")
        queue = client.get("/api/runs?limit=200").json()["runs"]
        assert {run["place"] for run in queue if run["state"] == "queued"} == {1}


def test_what_was_trained_before_a_restart_is_used_again(serve, tmp_path):
    body = {"epochs": 1, "axes": {"seed": [1, 2]}, "reuse": True}
    with serve(tmp_path) as server, server.client() as client:
        sweep = ended(server, client, client.post("/api/sweeps", json=body).json())
    with serve(tmp_path) as server, server.client() as client:
        again = client.post("/api/sweeps", json=body)  # before a worker has said which device it has
        assert (again.status_code, again.json()["id"]) == (200, sweep["id"])


def test_a_paused_run_is_none_to_wait_for(server, client):
    body = {"epochs": 1000, "seed": 99, "steps_per_second": 20, "reuse": True}
    first = client.post("/api/runs", json=body).json()["id"]
    server.until(first, "Steps")
    assert client.post("/api/runs", json=body).json()["id"] == first
    client.post(f"/api/runs/{first}/control", json={"action": "pause"}).raise_for_status()
    server.until(first, "RunPaused")
    second = client.post("/api/runs", json=body)
    assert second.status_code == 201
    client.post("/api/runs/stop", json={"runs": [first, second.json()["id"]]}).raise_for_status()


def test_members_names_are_no_longer_than_a_persons(client):
    sweep = start(client, axes={"learning_rate": [0.1, 0.2]}, name="n" * 80)
    assert {len(run["name"]) for run in sweep["runs"]} == {80}
