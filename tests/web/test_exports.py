"""What a run leaves behind is all there, in every format."""

import csv
import io

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load


@pytest.fixture(scope="module")
def run(server):
    run = server.start(epochs=2, hidden=7)["id"]
    server.until(run, "RunFinished")
    return run


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


def test_metrics_hold_every_step(client, run):
    metrics = client.get(f"/api/runs/{run}/metrics").json()
    assert metrics["step"] == list(range(1, 99))
    assert metrics["epoch"] == [1] * 49 + [2] * 49
    assert {len(column) for column in metrics.values()} == {98}
    assert np.mean(metrics["loss"][-10:]) < np.mean(metrics["loss"][:10])


def test_csv_says_the_same_as_json(client, run):
    answer = client.get(f"/api/runs/{run}/metrics?format=csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    metrics = client.get(f"/api/runs/{run}/metrics").json()
    assert rows[0].keys() == metrics.keys()
    for name, column in metrics.items():
        assert [float(row[name]) for row in rows] == column


def test_epochs(client, run):
    epochs = client.get(f"/api/runs/{run}/epochs").json()["epochs"]
    assert [e["epoch"] for e in epochs] == [1, 2]
    assert all(sum(map(sum, e["confusion"])) == 2038 for e in epochs)


def test_weights_are_the_same_in_json_and_npy_and_near_the_models(client, run):
    answer = client.get(f"/api/runs/{run}/weights?step=98").json()
    assert answer["step"] == 98
    weights = np.array(answer["weights"], np.float32)
    assert weights.shape == (7, 28, 28)
    npy = np.load(io.BytesIO(client.get(f"/api/runs/{run}/weights?step=98&format=npy").content))
    np.testing.assert_array_equal(npy, weights)
    model = load(client.get(f"/api/runs/{run}/model?step=98").content)["0.weight"].reshape(7, 28, 28)
    np.testing.assert_allclose(weights, model, atol=float(np.abs(model).max()) / 127)


@pytest.mark.parametrize("step", [0, 1, 50, 97])
def test_weights_are_those_at_or_before_the_step(client, run, step):
    assert client.get(f"/api/runs/{run}/weights?step={step}").json()["step"] <= step


def test_weights_as_a_picture(client, run):
    picture = Image.open(io.BytesIO(client.get(f"/api/runs/{run}/weights?format=png").content))
    assert picture.size == (3 * 29 - 1, 3 * 29 - 1)


@pytest.mark.parametrize("query", ["weights?step=-1", "weights?step=x", "weights?format=gif", "metrics?format=xml"])
def test_a_bad_query_is_refused(client, run, query):
    answer = client.get(f"/api/runs/{run}/{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]
