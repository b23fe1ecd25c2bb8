"""Experiments by REST: what is asked, and what is told to those who may not or cannot be answered."""

import asyncio
import base64
import socket
from contextlib import ExitStack
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load
from starlette.requests import Request

from app.running.computations import AT_ONCE, Busy, ExperimentFailed
from app.running.queue import QueueFull
from app.web import experiments
from app.web.problems import Problem
from tests.web.asking import asking, wait_computing


@pytest.fixture(scope="module")
def run(server):
    run = server.start(epochs=2, hidden=3, batch_size=1000, seed=6)["id"]
    server.until(run, "RunFinished")
    return run


def ask(client, name, **parameters):
    answer = client.post(f"/api/experiments/{name}", json=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


def refused(client, name, **parameters):
    answer = client.post(f"/api/experiments/{name}", json=parameters)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()


def test_the_gradient_at_a_runs_step_is_that_of_the_model_it_kept(client, run):
    answer = ask(client, "gradient", weights={"run": run, "step": 20})
    assert (answer["step"], answer["images"], answer["model"]) == (13, 1000, "simple_net")
    model = load(client.get(f"/api/runs/{run}/model?step=20").content)
    begin = 0
    for name, shape in answer["shapes"].items():
        size = int(np.prod(shape))
        assert np.array_equal(floats(answer["values"])[begin : begin + size].reshape(shape), model[name])
        begin += size
    assert begin == len(floats(answer["values"])) == len(floats(answer["gradient"]))
    assert np.linalg.norm(floats(answer["gradient"])) == pytest.approx(answer["norm"], rel=1e-5)
    metrics = client.get(f"/api/runs/{run}/metrics").json()
    assert answer["loss"] == pytest.approx(metrics["loss"][13], rel=1e-5)
    assert answer["norm"] == pytest.approx(metrics["gradient_norm"][13], rel=1e-4)


def test_a_step_by_hand_is_the_runs_own_next_step(client):
    """The seven steps, from a seed: ask, subtract, and the model is the one that the learner has after its step."""
    recipe = {"hidden": 2, "learning_rate": 0.5}
    before = ask(client, "gradient", weights={"recipe": recipe})
    stepped = floats(before["values"]) - np.float32(0.5) * floats(before["gradient"])
    after = ask(client, "gradient", weights={"recipe": recipe, "step": 1})
    np.testing.assert_allclose(floats(after["values"]), stepped, atol=1e-7)
    values = base64.b64encode(stepped.astype("<f4").tobytes()).decode()
    mine = ask(client, "gradient", weights={"values": values, "recipe": recipe, "step": 1})
    assert mine["loss"] == pytest.approx(after["loss"], rel=1e-5)


def test_a_nudge_of_a_weight_of_a_run(client, run):
    nudge = {"parameter": "0.bias", "index": [2], "by": [1e-6]}
    found = ask(client, "gradient", weights={"run": "live"} | {"run": run}, nudge=nudge)["nudge"]
    assert found["rise_over_run"][0] == pytest.approx(found["derivative"], rel=0.01, abs=1e-6)
    status, problem = refused(client, "gradient", weights={"run": run}, nudge=nudge | {"index": [3]})
    assert (status, problem["errors"][0]["field"]) == (422, "nudge")


def test_sampled_gradients_of_a_run(client, run):
    answer = ask(client, "sampled_gradients", weights={"run": run}, batch_sizes=[8, 2048], samples=6)
    small, large = answer["sizes"]
    assert len(small["angles"]) == len(small["norms"]) == 6
    assert small["mean_angle"] > large["mean_angle"] > 0
    assert (answer["step"], answer["images"]) == (26, 12_396)


def test_the_batch_of_a_runs_step_is_that_of_its_recipe(client, run):
    answer = ask(client, "batch", run=run, step=14, images=3)
    recipe = client.get(f"/api/runs/{run}").json()["recipe"]
    assert answer == ask(client, "batch", recipe=recipe, step=14, images=3)
    assert (answer["epoch"], answer["batch"], len(answer["labels"]), answer["sent"]) == (2, 0, 1000, 3)
    assert len(base64.b64decode(answer["images"])) == 3 * 784
    status, problem = refused(client, "batch", run=run, step=27)
    assert (status, problem["errors"][0]["field"]) == (422, "step")


def test_timings_are_taken_once_since_the_server_started(client):
    first = client.post("/api/experiments/timings", json={})
    assert client.post("/api/experiments/timings", json={}).content == first.content
    timings = {(each["task"], each["way"], each["by"]): each["milliseconds"] for each in first.json()["timings"]}
    assert timings["distances", "broadcast", "torch"] > 0


def test_an_unknown_experiment_is_told_which_there_are(client):
    status, problem = refused(client, "divination")
    assert status == 404
    assert "gradient, sampled_gradients, timings, batch" in problem["detail"]


@pytest.mark.parametrize(
    ("name", "asked", "status", "told"),
    [
        ("gradient", {"weights": {"run": "nobody"}}, 404, "There is no run 'nobody'"),
        ("batch", {"run": "nobody"}, 404, "There is no run 'nobody'"),
        ("gradient", {"weights": {"recipe": {}, "step": -1}}, 422, "weights.step: "),
        ("gradient", {}, 422, "weights: "),
        ("timings", {"device": "cpu"}, 422, "device: "),
        ("gradient", {"weights": {"values": "A" * 1_300_000, "recipe": {}}}, 413, "1,200,000 bytes"),
        (
            "gradient",
            {"weights": {"recipe": {"model": "two_linear", "loss": "bce", "learning_rate": 1000}, "step": 500}},
            422,
            "not all finite",
        ),
    ],
)
def test_what_cannot_be_answered_is_told_why(client, name, asked, status, told):
    found, problem = refused(client, name, **asked)
    assert found == status
    assert told in problem["detail"]


def test_one_that_takes_longer_than_allowed_is_told_to_ask_for_less(serve, tmp_path):
    asked = {"recipe": {"hidden": 256, "batch_size": 3000, "epochs": 1000}, "step": 2000}
    with serve(tmp_path, experiment_seconds="0.3") as server, server.client() as client:
        status, problem = refused(client, "gradient", weights=asked)
    assert status == 504
    assert "longer than 0.3 s. Ask for less" in problem["detail"]


def test_whole_parameters_of_256_units_are_taken(client):
    recipe = {"hidden": 256}
    answer = ask(client, "gradient", weights={"recipe": recipe})
    again = ask(client, "gradient", weights={"recipe": recipe, "values": answer["values"]})
    assert again["norm"] == answer["norm"]


def test_only_what_is_computed_counts_against_a_visitor(serve, tmp_path):
    with serve(tmp_path, experiments_per_minute="2") as server, server.client() as client:
        for step in (1, 2, 1, 2, 1):
            ask(client, "batch", recipe={}, step=step)
        answer = client.post("/api/experiments/batch", json={"recipe": {}, "step": 3})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 60
        assert "2 experiments computed a minute" in answer.json()["detail"]


def test_what_callers_asked_who_have_closed_their_connections_is_computed_no_further(serve, tmp_path):
    with serve(tmp_path, experiment_seconds="15") as server, server.client() as client, ExitStack() as stack:
        callers = [stack.enter_context(asking(server.url, seed)) for seed in range(AT_ONCE)]
        wait_computing(server, AT_ONCE)
        for caller in callers:
            caller.shutdown(socket.SHUT_WR)  # to the server it is as if it were closed, but what it answers can be read
        assert [caller.recv(65_536) for caller in callers] == [b""] * AT_ONCE
        wait_computing(server, 0)
        ask(client, "batch", recipe={}, step=1)


def request_from(*messages: dict[str, Any]) -> Request:
    """A request whose client sends these and then nothing more."""
    waiting = list(messages)

    async def receive() -> Any:
        return waiting.pop(0) if waiting else await asyncio.Event().wait()

    return Request({"type": "http"}, receive)


@pytest.mark.anyio
async def test_who_goes_away_cancels_the_question():
    cancelled = False

    async def endless() -> bytes:
        nonlocal cancelled
        try:
            await asyncio.Event().wait()
        finally:
            cancelled = True
        return b""

    with pytest.raises(Problem, match="closed before the answer"):
        await experiments.while_connected(request_from({"type": "http.disconnect"}), endless())
    await asyncio.sleep(0)
    assert cancelled


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (QueueFull(100, "experiments"), 503, "100 are waiting"),
        (Busy("No worker was free for 20 s."), 503, "free for 20 s. Try again"),
        (TimeoutError("The experiment took longer than 5 s."), 504, "longer than 5 s. Ask for less"),
        (ExperimentFailed("The worker process was killed."), 503, "was killed"),
    ],
)
async def test_a_worker_that_cannot_answer_is_a_problem(error, status, told):
    async def failing() -> bytes:
        raise error

    before = asyncio.all_tasks()
    with pytest.raises(Problem, match=told) as problem:
        await experiments._computed(request_from(), failing())
    assert problem.value.status == status
    assert asyncio.all_tasks() == before
