"""Runs by REST: what a client is told when it asks rightly, and when it does not."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.forked import threeseven
from tests.waiting import wait_until

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def finished(server):
    """A run of one epoch, seen to its end."""
    run = server.start(name="seen to its end")
    assert server.until(run["id"], "RunFinished")
    return run["id"]


def test_start_answers_with_the_run_and_where_it_is(server, client):
    answer = client.post("/api/runs", json={"preset": "textbook", "epochs": 1, "learning_rate": 0.2, "name": "mine"})
    assert answer.status_code == 201
    run = answer.json()
    assert answer.headers["location"] == f"/api/runs/{run['id']}"
    assert (run["name"], run["recipe"]["learning_rate"], run["steps"]) == ("mine", 0.2, 49)
    assert run["state"] in ("queued", "running")
    server.until(run["id"], "RunFinished")
    ended = client.get(answer.headers["location"]).json()
    assert (ended["state"], ended["step"], ended["epoch"]) == ("finished", 49, 1)
    assert ended["summary"]["valid_accuracy"] > 0.5
    assert ended["summary"]["baseline_accuracy"] == pytest.approx(0.9514, abs=1e-4)
    assert ended["started"] <= ended["ended"]


def test_a_run_tells_how_fast_it_is_meant_to_go(server, client):
    run = server.start(pace="slow", epochs=1000)["id"]
    server.until(run, "Steps")

    def speed():
        known = client.get(f"/api/runs/{run}").json()
        return known["pace"], known["steps_per_second"]

    assert speed() == ("slow", None)
    client.post(f"/api/runs/{run}/control", json={"steps_per_second": 50}).raise_for_status()
    next(e for e in server.events(run) if e["type"] == "Controlled" and e["what"] == "steps_per_second")
    assert speed() == (None, 50)
    client.post("/api/runs/stop", json={"runs": [run]}).raise_for_status()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"learning_rate": -1}, "learning_rate"),
        ({"learning_rate": "fast"}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 1e9}, "batch_size"),
        ({"epochs": 1.5}, "epochs"),
        ({"epochs": "5"}, "epochs"),
        ({"seed": True}, "seed"),
        ({"steps_per_second": "9"}, "steps_per_second"),
        ({"hidden": 100_000}, "hidden"),
        ({"loss": "hinge"}, "loss"),
        ({"colour": "red"}, "colour"),
        ({"preset": "nonsense"}, "preset"),
        ({"name": " "}, "name"),
        ({"steps_per_second": 0}, "steps_per_second"),
    ],
)
def test_a_recipe_out_of_its_limits_is_refused_by_the_field(client, body, field):
    answer = client.post("/api/runs", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 422
    assert [e["field"] for e in problem["errors"]] == [field]


def test_a_run_too_long_to_keep_is_refused_with_the_limit(client):
    answer = client.post("/api/runs", json={"batch_size": 1, "epochs": 1000})
    assert answer.status_code == 422
    assert "500,000" in answer.json()["detail"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=JSON)
def test_no_body_makes_the_server_stumble(client, body):
    import json

    content = json.dumps(body)
    headers = {"content-type": "application/json"}
    for path in ("/api/runs/none/control", "/api/session"):
        status = client.post(path, content=content, headers=headers).status_code
        assert 400 <= status < 500 or (status == 200 and path == "/api/session" and "token" in body)
    if not (isinstance(body, dict) and body.keys() <= {"epochs", "name"}):
        assert client.post("/api/runs", content=content, headers=headers).status_code in (422, 201)
    assert client.patch("/api/runs/none", content=content, headers=headers).status_code in (404, 422)


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 50_000, b'{"epochs": NaN}', b"\xff\xfe", b'{"epochs": 1e400}'])
def test_broken_json_is_refused(client, content):
    answer = client.post("/api/runs", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_of_runs_hold_every_run_once_newest_first(client, server, finished):
    for _ in range(2):
        server.until(server.start()["id"], "RunFinished")
    every = client.get("/api/runs?limit=200").json()["runs"]
    paged, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/runs", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        paged += page["runs"]
        cursor = page["next"]
    assert [r["id"] for r in paged] == [r["id"] for r in every]
    created = [r["created"] for r in every]
    assert created == sorted(created, reverse=True)


def test_a_compact_page_leaves_out_what_most_runs_share(client, server, finished):
    other = server.start(hidden=10, preset="linear", model="two_linear")["id"]
    server.until(other, "RunFinished")
    every = {run["id"]: run for run in client.get("/api/runs?limit=200").json()["runs"]}
    with client.stream("GET", "/api/runs?limit=200&compact=true", headers={"accept-encoding": "gzip"}) as answer:
        answer.read()
        assert answer.headers["content-encoding"] == "gzip"
        compact = answer.json()["runs"]
    assert client.get("/api/runs?compact=true", headers={"accept-encoding": "identity"}).json()["runs"][0] in compact
    assert [run["id"] for run in compact] == list(every)
    for run in compact:
        whole = every[run["id"]]
        assert {**whole, **run, "recipe": whole["recipe"], "summary": whole["summary"]} == whole
        assert run["recipe"].items() <= whole["recipe"].items()
        assert run.get("summary", {}).items() <= whole["summary"].items()
    (run,) = (run for run in compact if run["id"] == other)
    assert run["recipe"] == {"model": "two_linear", "hidden": 10, "epochs": 1}
    assert "error" not in run
    assert "recipe_key" not in run


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=1000",
        "cursor=nonsense",
        "cursor=-1",
        "cursor=1_0",
        "cursor=%EF%BC%91",
        "cursor=-99999999999999999999",
    ],
)
def test_a_bad_page_is_refused(client, query):
    assert client.get(f"/api/runs?{query}").status_code == 422


def test_controls_are_answered_in_the_log_by_their_step(client, server):
    run = server.start(epochs=40, steps_per_second=200)["id"]
    events = server.events(run)
    for event in events:
        if event["type"] == "Steps":
            break
    for body in ({"learning_rate": 0.05}, {"steps_per_second": None}, {"action": "stop"}):
        assert client.post(f"/api/runs/{run}/control", json=body).status_code == 202
    rest = list(events)
    controlled = {e["what"]: e for e in rest if e["type"] == "Controlled"}
    assert controlled["learning_rate"]["value"] == 0.05
    assert controlled["stop"]["step"] == rest[-1]["step"]
    assert rest[-1]["type"] == "RunStopped"
    rates = {
        step: rate
        for e in [event, *rest]
        if e["type"] == "Steps"
        for step, rate in zip(e["step"], e["learning_rate"], strict=True)
    }
    changed = controlled["learning_rate"]["step"]
    assert all(math.isclose(rate, 0.05 if step > changed else 0.1) for step, rate in rates.items())


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "body"),
        ({"action": "explode"}, "action.action"),
        ({"learning_rate": -1}, "learning_rate.learning_rate"),
        ({"learning_rate": "0.1"}, "learning_rate.learning_rate"),
    ],
)
def test_a_bad_control_is_refused_by_the_field(client, finished, body, field):
    answer = client.post(f"/api/runs/{finished}/control", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].split(".")[-1] == field.split(".")[-1]


def test_an_ended_run_cannot_be_controlled(client, finished):
    answer = client.post(f"/api/runs/{finished}/control", json={"action": "pause"})
    assert answer.status_code == 409
    assert "finished" in answer.json()["detail"]


def test_rename_and_delete(client, server):
    run = server.start()["id"]
    assert client.delete(f"/api/runs/{run}").status_code == 409
    server.until(run, "RunFinished")
    assert client.patch(f"/api/runs/{run}", json={"name": "  the good one "}).json()["name"] == "the good one"
    assert client.get(f"/api/runs/{run}").json()["name"] == "the good one"
    assert client.delete(f"/api/runs/{run}").status_code == 204
    for path in ("", "/metrics", "/weights", "/model"):
        assert client.get(f"/api/runs/{run}{path}").status_code == 404


def test_an_unknown_run_is_404_everywhere(client):
    for method, path in [("GET", ""), ("GET", "/metrics"), ("GET", "/weights"), ("GET", "/model"), ("DELETE", "")]:
        answer = client.request(method, f"/api/runs/none{path}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
    assert client.post("/api/runs/none/control", json={"action": "stop"}).status_code == 404
    assert client.patch("/api/runs/none", json={"name": "x"}).status_code == 404


def test_a_deleted_run_can_be_restored(client, server):
    run = server.start(name="Back again")["id"]
    assert server.until(run, "RunFinished")
    before = client.get(f"/api/runs/{run}").json()
    assert client.delete(f"/api/runs/{run}").status_code == 204
    for path in ("", "/metrics", "/weights", "/model", "/epochs"):
        assert client.get(f"/api/runs/{run}{path}").status_code == 404
    assert client.get(f"/runs/{run}").status_code == 404
    assert client.post("/predict", params={"run": run}, json={"pixels": [0] * 784}).status_code == 404
    assert run not in [each["id"] for each in client.get("/api/runs").json()["runs"]]
    assert {"id": run, "name": "Back again"}.items() <= client.get("/api/storage").json()["deleted"][0].items()
    assert client.post(f"/api/runs/{run}/restore").json() == before
    assert client.get(f"/api/runs/{run}/metrics").json()["step"][-1] == 49
    assert client.post("/api/runs/nothing/restore").status_code == 404


def test_several_runs_are_deleted_and_brought_back_at_once(client, server):
    ended = [server.start()["id"] for _ in range(2)]
    for run in ended:
        server.until(run, "RunFinished")
    active = server.start(epochs=1000, steps_per_second=20)["id"]
    deleted = client.post("/api/runs/delete", json={"runs": [*ended, active, "nothing"]}).json()
    assert deleted["deleted"] == ended
    assert {run["until"] for run in client.get("/api/storage").json()["deleted"][:2]} == {deleted["until"]}
    assert client.get(f"/api/runs/{ended[0]}").status_code == 404
    assert client.post("/api/runs/restore", json={"runs": [*ended, active]}).json() == {"restored": ended}
    assert client.get(f"/api/runs/{ended[0]}").status_code == 200
    client.post("/api/runs/stop", json={"runs": [active]}).raise_for_status()
    for body in ({}, {"runs": "all"}, {"runs": ["x"] * 201}):
        assert client.post("/api/runs/delete", json=body).status_code == 422


@pytest.mark.parametrize(("call", "most"), [("stop", 1000), ("delete", 200), ("restore", 200)])
def test_as_many_runs_as_may_be_named_in_one_request_fit_into_it(client, call, most):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    listed = schemas["StopRuns" if call == "stop" else "SomeRuns"]["properties"]["runs"]
    listed = next(each for each in listed.get("anyOf", [listed]) if each.get("type") == "array")
    assert listed["maxItems"] == most
    longest = "x" * listed["items"]["maxLength"]
    assert client.post(f"/api/runs/{call}", json={"runs": [longest] * most}).status_code == 200
    assert client.post(f"/api/runs/{call}", json={"runs": [longest + "x"]}).status_code == 422


def test_runs_stay_within_what_they_may_take(serve, tmp_path):
    with serve(tmp_path, "--keep-bytes", "2.5MB") as server, server.client() as client:
        runs = [server.start()["id"] for _ in range(2)]
        for run in runs:
            server.until(run, "RunFinished")
        assert client.get("/api/storage").json()["keep_bytes"] == 2_500_000
        wait_until(lambda: client.get("/api/storage").json()["bytes"] <= 2_500_000)
        storage = client.get("/api/storage").json()
        assert storage["removed"][-1]["run"] == runs[0]
        assert storage["removed"][-1]["what"] == "models"
        assert client.get(f"/api/runs/{runs[-1]}/model").status_code == 200
        for answer in (
            client.get(f"/api/runs/{runs[0]}/model"),
            client.post("/predict", params={"run": runs[0]}, json={"pixels": [0] * 784}),
        ):
            assert answer.status_code == 404
            assert "removed the models" in answer.json()["detail"]


def test_on_a_full_disk_nothing_starts_and_a_deleted_run_gives_its_room_back(serve, tmp_path):
    with serve(tmp_path) as server:
        run = server.start()["id"]
        server.until(run, "RunFinished")
    with serve(tmp_path, reserve_bytes="1000TB", first_run="true") as server, server.client() as client:
        refused = client.post("/api/runs", json={})
        assert refused.status_code == 507
        assert "stay free" in refused.json()["detail"]
        deleted = client.delete(f"/api/runs/{run}")
        assert deleted.status_code == 200
        assert deleted.json()["restorable"] is False
        assert client.post(f"/api/runs/{run}/restore").status_code == 404
    with serve(tmp_path, reserve_bytes="1000TB", first_run="true") as server, server.client() as client:
        assert client.get("/api/runs").json()["runs"] == []


@pytest.mark.parametrize("size", ["much", "0", "-1MB"])
def test_what_is_no_size_is_named(size):
    refused = threeseven("serve", "--port", "0", "--keep-bytes", size)
    assert refused.returncode == 2
    assert "--keep-bytes" in refused.stderr


def test_what_is_no_json_is_named_with_its_place(client):
    answer = client.post("/api/runs", content=b'{"epochs": 1', headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "body", "detail": "not JSON: Expecting ',' delimiter, at character 12"}
    ]


def test_a_name_of_blanks_alone_is_refused_in_words(client):
    answer = client.post("/api/runs", json={"name": "   "})
    assert (answer.status_code, answer.json()["detail"]) == (422, "name: needs a character that can be seen")


@pytest.mark.parametrize("type", [None, "text/plain", "application/x-www-form-urlencoded"])
def test_json_without_its_content_type_is_told_so(client, type):
    answer = client.post("/api/runs", content=b'{"epochs": 1}', headers={} if type is None else {"content-type": type})
    assert answer.status_code == 415
    assert answer.json()["detail"] == f"Content-Type is {type or 'missing'}; send application/json."


def test_json_may_begin_with_a_byte_order_mark(client):
    body = b'\xef\xbb\xbf{"epochs": 0}'
    refused = client.post("/api/runs", content=body, headers={"content-type": "application/json"})
    assert refused.json()["errors"][0]["field"] == "epochs", "it was read"


@pytest.mark.parametrize("name", ["a\0b", "\u200b", "ab\u202ecd", "\x1b[31mred"])
def test_a_name_that_cannot_be_seen_whole_is_refused(client, finished, name):
    for answer in (
        client.post("/api/runs", json={"epochs": 1, "name": name}),
        client.patch(f"/api/runs/{finished}", json={"name": name}),
    ):
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "name"
        assert "U+" in answer.json()["detail"]
