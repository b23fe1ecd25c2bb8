"""A database of the first version, in a server of this one: everything about its runs can still be seen."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load
from websockets.sync.client import connect

from app.events import Weights
from tests.conftest import Server
from tests.formats.unpack import unpack

DATA = Path(__file__).parent / "data"
RUNS: dict[str, str] = json.loads((DATA / "history-0001.json").read_text())
STATES = {
    "finished": "finished", "linear": "finished", "diverged": "failed", "steered": "finished", "stopped": "stopped",
    "interrupted": "interrupted", "queued": "interrupted",
}  # fmt: skip
SEVEN = np.zeros((28, 28), int)
SEVEN[6:8, 8:20] = SEVEN[8:24, 15:18] = 255


@pytest.fixture(scope="module")
def older(
    serve: Callable[..., AbstractContextManager[Server]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Server, httpx.Client]]:
    folder = tmp_path_factory.mktemp("older")
    (folder / "threeseven.db").write_bytes(gzip.decompress((DATA / "history-0001.db.gz").read_bytes()))
    with serve(folder) as server, server.client() as client:
        yield server, client


@pytest.mark.parametrize("path", ["/", "/runs", "/draw", *(f"/runs/{run}" for run in RUNS.values())])
def test_every_page_opens(older: tuple[Server, httpx.Client], path: str) -> None:
    answer = older[1].get(path)
    assert answer.status_code == 200
    assert "<html" in answer.text


def test_all_runs_are_listed(older: tuple[Server, httpx.Client]) -> None:
    listed = older[1].get("/api/runs").raise_for_status().json()["runs"]
    assert {run["id"]: run["state"] for run in listed} == {RUNS[case]: state for case, state in STATES.items()}
    assert {run["origin"] for run in listed} == {"person"}
    keys = {case: run["recipe_key"] for case, number in RUNS.items() for run in listed if run["id"] == number}
    assert keys["linear"] != keys["finished"]


@pytest.mark.parametrize("case", RUNS)
def test_a_log_is_sent_whole(older: tuple[Server, httpx.Client], case: str) -> None:
    server, client = older
    run = client.get(f"/api/runs/{RUNS[case]}").raise_for_status().json()
    events = list(server.events(RUNS[case]))
    assert events[0]["type"] == "RunQueued"
    assert events[-1]["seq"] == run["seq"]
    assert [step for event in events if event["type"] == "Steps" for step in event["step"]] == list(  # type: ignore[attr-defined]
        range(1, run["step"] + 1)
    )


@pytest.mark.parametrize("case", RUNS)
def test_every_step_and_epoch_can_be_asked_for(older: tuple[Server, httpx.Client], case: str) -> None:
    _, client = older
    base = f"/api/runs/{RUNS[case]}"
    run = client.get(base).json()
    metrics = client.get(f"{base}/metrics").raise_for_status().json()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{base}/metrics?format=csv").raise_for_status().text)))
    assert metrics["step"] == [int(row["step"]) for row in rows] == list(range(1, run["step"] + 1))
    epochs = client.get(f"{base}/epochs").raise_for_status().json()["epochs"]
    assert [epoch["epoch"] for epoch in epochs] == list(range(1, run["epoch"] + 1))


@pytest.mark.parametrize("case", [case for case in RUNS if case != "queued"])
def test_its_weights_can_be_asked_for(older: tuple[Server, httpx.Client], case: str) -> None:
    _, client = older
    base = f"/api/runs/{RUNS[case]}/weights"
    numbers = np.array(client.get(base).raise_for_status().json()["weights"], np.float32)
    array = np.load(io.BytesIO(client.get(f"{base}?format=npy").raise_for_status().content))
    assert np.array_equal(numbers, array)
    assert array.shape[1:] == (28, 28)
    Image.open(io.BytesIO(client.get(f"{base}?format=png").raise_for_status().content)).verify()
    assert client.get(f"{base}?step=0").raise_for_status().json()["step"] == 0


def test_a_run_that_never_began_says_that_it_has_none(older: tuple[Server, httpx.Client]) -> None:
    for path in ("weights", "model"):
        answer = older[1].get(f"/api/runs/{RUNS['queued']}/{path}")
        assert answer.status_code == 404
        assert "yet" in answer.json()["title"]


@pytest.mark.parametrize("case", ["finished", "linear", "steered", "stopped"])
def test_its_model_predicts_and_can_be_downloaded(older: tuple[Server, httpx.Client], case: str) -> None:
    _, client = older
    file = client.get(f"/api/runs/{RUNS[case]}/model").raise_for_status().content
    out: np.ndarray = SEVEN.reshape(-1) / 255
    tensors = load(file)
    layers = sorted({name.rpartition(".")[0] for name in tensors})
    for layer in layers:
        out = tensors[f"{layer}.weight"] @ out + tensors[f"{layer}.bias"]
        out = out if layer == layers[-1] else np.maximum(out, 0)
    answer = client.post("/predict", params={"run": RUNS[case]}, json={"pixels": SEVEN.tolist()})
    assert answer.raise_for_status().json()["run"] == RUNS[case]
    assert answer.json()["logit"] == pytest.approx(float(out[0]), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("case", ["finished", "linear", "diverged", "steered", "stopped", "interrupted"])
def test_every_kept_model_reads_through_the_run(older: tuple[Server, httpx.Client], case: str) -> None:
    server, client = older
    kept = [event["step"] for event in server.events(RUNS[case]) if event["type"] == "CheckpointSaved"]
    answer = client.post(f"/api/runs/{RUNS[case]}/readings", json={"pixels": SEVEN.reshape(-1).tolist()})
    found = answer.raise_for_status().json()
    assert found["steps"] == kept
    assert all(0 < probability < 1 for probability in found["probabilities"])


def test_a_model_has_a_card_and_says_what_its_verdict_is_made_of(older: tuple[Server, httpx.Client]) -> None:
    _, client = older
    for case in ("finished", "linear", "diverged"):
        card = client.get(f"/api/models/{RUNS[case]}").raise_for_status().json()
        assert card["measured"]["told_apart"]["of"] == 2038
        asked = {"run": RUNS[case], "explain": "true"}
        read = client.post("/predict", params=asked, json={"pixels": SEVEN.tolist()}).raise_for_status().json()
        why = read["explanation"]
        assert sum(why["pixels"]) + why["pixels_bias"] == pytest.approx(read["logit"], rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("case", [case for case in RUNS if case != "queued"])
def test_its_pictures_come_in_one_answer_without_what_they_do_not_tell(
    older: tuple[Server, httpx.Client], case: str
) -> None:
    server, client = older
    address = f"{server.ws}/ws/runs/{RUNS[case]}"
    with connect(address, max_size=None, max_queue=None, compression=None) as socket:
        logged = [Weights.decode(frame) for frame in socket if isinstance(frame, bytes)]
    run, frames = unpack(client.get(f"/api/runs/{RUNS[case]}/frames").raise_for_status().content)
    assert run == RUNS[case]
    assert [(frame.step, frame.values.tobytes()) for frame in frames] == [(each.step, each.values) for each in logged]
    assert all(np.isnan([frame.output_bias, *frame.bias, *frame.output_weight]).all() for frame in frames)


def test_a_new_run_is_live_after_them(older: tuple[Server, httpx.Client]) -> None:
    server, client = older
    run = server.start()["id"]
    assert server.until(run, "RunFinished")
    answer = client.post("/predict", params={"run": "live"}, json={"pixels": SEVEN.tolist()})
    assert answer.raise_for_status().json()["run"] == run
