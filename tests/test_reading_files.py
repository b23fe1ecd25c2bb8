"""`threeseven predict`: pictures, folders and standard input, read by any kept model beside a running server."""

import asyncio
import json
import os
import pty
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save

from app.checkpoint import Checkpoint
from app.events import RunFailed, Summary
from app.handwriting import builtin
from app.handwriting.picture import read
from app.handwriting.predictor import read_safetensors
from app.handwriting.reader import Reader
from app.history.history import History
from app.reading_files import ModelError, files_in, model_of_file, model_of_run
from tests.forked import threeseven
from tests.history.logs import numbered, queued, started, weights

PICTURES = Path(__file__).parent / "handwriting" / "pictures"
THREE, SEVEN = PICTURES / "red_on_green_3.png", PICTURES / "circled_7.png"


def predict(*arguments, **options):
    return threeseven("predict", *map(str, arguments), **options)


def circle(file):
    y, x = np.mgrid[:100, :100] - 50
    Image.fromarray(np.where(np.abs(np.hypot(x, y * 0.8) - 30) < 4, 20, 240).astype(np.uint8)).save(file)


@pytest.fixture
def folder(tmp_path):
    """Of pictures and other things."""
    for name in ("b.png", "a/z.PNG", ".hidden.png", "a/.more/x.png", "a/\t.png"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(SEVEN.read_bytes())
    (tmp_path / "a" / "notes.txt").write_text("no picture")
    return tmp_path


def test_lines_for_programs_and_a_sentence_for_each_that_cannot_be_read(folder):
    circle(folder / "round.png")
    (folder / "bad.jpg").write_bytes(b"no picture")
    process = predict(folder, folder / "nothing.png", THREE)
    lines = [line.split("\t") for line in process.stdout.splitlines()]
    inside = [f"{folder}/{name}" for name in ("a/?.png", "a/z.PNG", "b.png", "round.png")]
    assert [line[:2] for line in lines] == [
        *([name, "7"] for name in inside[:3]), [inside[3], "neither"], [str(THREE), "3"],
    ]  # fmt: skip
    assert [len(line) for line in lines] == [3, 3, 3, 4, 3]
    assert lines[3][3] == "looks like a 0"
    assert all(line[2].startswith("P(3) = 0.") for line in lines)
    assert process.stderr.splitlines() == [
        f"threeseven: {folder}/bad.jpg: This is neither a PNG nor a JPEG nor a WebP picture.",
        f"threeseven: {folder}/nothing.png: No such file or directory.",
    ]
    assert process.returncode == 1


def test_json_has_all_of_a_reading_or_the_error(tmp_path):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    process = predict("--json", "--keep", "0.98", "-", tmp_path / "bad.png", input=SEVEN.read_bytes())
    good, bad = map(json.loads, process.stdout.splitlines())
    reader = Reader.built_in()
    reading = reader.read(read(SEVEN.read_bytes()), keep=0.98)
    assert list(good) == [
        "file", "verdict", "digit", "gate", "probability_3", "logit", "baseline", "run", "step",
    ]  # fmt: skip
    assert (good["file"], good["verdict"], good["digit"]) == ("-", "7", 7)
    assert good["gate"] == {"score": pytest.approx(reading.gate.score), "reason": None}
    assert (good["run"], good["step"]) == ("built-in", reader.step)
    assert bad == {
        "file": str(tmp_path / "bad.png"), "error": "This is neither a PNG nor a JPEG nor a WebP picture.",
    }  # fmt: skip
    assert process.returncode == 1


def test_a_terminal_gets_a_table(folder, monkeypatch):
    circle(folder / "round.png")
    ours, theirs = pty.openpty()
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    process = predict(folder, output=theirs)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode().splitlines()
    os.close(ours)
    assert (process.returncode, process.stderr) == (0, "")
    assert all(word in shown[0] for word in ("file", "verdict", "P(3)", "why not"))
    assert shown[-1].split() == [f"{folder}/round.png", "neither", "looks", "like", "a", "0"]


@pytest.mark.parametrize(
    ("stdout", "status", "says"),
    [("/dev/full", 2, "threeseven: standard output: No space left on device\n"), ("closed", 1, "")],
)
def test_an_output_that_takes_nothing_is_no_traceback(stdout, status, says):
    if stdout == "closed":
        reads, writes = os.pipe()
        os.close(reads)
    else:
        writes = os.open(stdout, os.O_WRONLY)
    process = predict(SEVEN, output=writes)
    os.close(writes)
    assert (process.returncode, process.stderr) == (status, says)


def test_folders_without_pictures_are_said(folder):
    (folder / "empty").mkdir()
    (folder / "words").mkdir()
    (folder / "words" / "notes.txt").write_text("no picture")
    amiss = [(str(path), str(error)) for path, error in files_in([folder / "empty", folder / "words"])]
    assert amiss == [
        (f"{folder}/empty", "This folder is empty."),
        (f"{folder}/words", "There is no picture in this folder: PNG, JPEG or WebP."),
    ]


def linear(bias, **metadata):
    tensors = {"0.weight": np.zeros((1, 784), np.float32), "0.bias": np.array([bias], np.float32)}
    return save(tensors, {"model": "linear", **metadata})


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """The URL of a database that a server, this process, holds: run ``good`` has models at steps 0 and 5, ``bad``
    diverged with one at step 0 and, at step 3, one that is not finite, ``none``, which started last, has none."""
    data = tmp_path_factory.mktemp("data")
    url = f"sqlite:///{data / 'threeseven.db'}"

    async def serve(ready, end):
        async with History.open(url) as history:
            for run in ("good", "bad", "none"):
                await history.create(queued(run))
                await history.append(run, numbered([started(run), weights(0)]))
            for run, step, bias in (("good", 0, -1), ("good", 5, 5), ("bad", 0, 1), ("bad", 3, float("nan"))):
                await history.save_checkpoint(run, Checkpoint(step=step, epoch=0, kept=True, data=linear(bias)))
            failed = RunFailed(step=4, reason="It diverged.", diverged=True, summary=Summary(), time=2000)
            await history.append("bad", numbered([failed], 4))
            ready.set()
            await end.wait()

    async def hold():
        ready, end = asyncio.Event(), asyncio.Event()
        task = asyncio.create_task(serve(ready, end))
        await ready.wait()
        return task, end

    async def leave(task, end):
        end.set()
        await task

    with asyncio.Runner() as runner:
        task, end = runner.run(hold())
        yield url
        runner.run(leave(task, end))


def test_a_runs_newest_model_reads_beside_the_server_that_keeps_it(held):
    good, earlier, by_folder = (
        predict("--json", "--run", "good", *more, SEVEN)
        for more in (
            ("--database-url", held), ("--database-url", held, "--step", 4),
            ("--data-dir", Path(held.removeprefix("sqlite:///")).parent),
        )
    )  # fmt: skip
    read_by = [json.loads(process.stdout) for process in (good, earlier)]
    assert [(each["run"], each["step"], each["logit"]) for each in read_by] == [("good", 5, 5), ("good", 0, -1)]
    assert by_folder.stdout == good.stdout


@pytest.mark.parametrize(
    ("run", "step", "says"),
    [
        ("nobody", None, "there is no run 'nobody'"),
        ("none", None, "run none has kept no model yet"),
        ("live", None, "run none has kept no model yet"),
        ("good", -1, "run good has kept no model at or before step -1"),
        ("bad", None, "run bad diverged at step 4: its newest kept model, --step 3, is from before that"),
        ("bad", 3, "not finite"),
    ],
)
def test_a_model_that_is_not_there_is_said(held, run, step, says):
    with pytest.raises(ModelError, match=says):
        model_of_run(held, run, step)


def test_a_run_that_cannot_read_ends_the_command_in_one_line(tmp_path):
    process = predict("--run", "live", "--data-dir", tmp_path / "none", SEVEN)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("threeseven: the database ")
    assert process.stderr.count("\n") == 1
    assert not (tmp_path / "none").exists()


def test_a_model_that_was_downloaded_reads(tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(linear(-2, step="7"))
    model = model_of_file(file)
    assert model.predictor is not None
    assert (model.run, model.step, model.predictor.logit(np.zeros(784, np.uint8))) == (str(file), 7, -2)
    file.write_bytes(linear(-2))
    assert model_of_file(file).step is None
    for data, says in ((linear(float("nan")), "not finite"), (b"junk", "safetensors"), (save({}), "model")):
        file.write_bytes(data)
        with pytest.raises(ModelError, match=says):
            model_of_file(file)
    with pytest.raises(ModelError, match="No such file"):
        model_of_file(tmp_path / "nothing.safetensors")


def test_the_built_in_networks_file_reads_as_the_built_in_network_does(tmp_path):
    file = tmp_path / "threeseven-built-in.safetensors"
    file.write_bytes(builtin.FILE.read_bytes())
    of_file, of_package = (json.loads(predict("--json", *run, SEVEN).stdout) for run in (("--run", file), ()))
    assert of_file == of_package | {"run": str(file)}
    tensors, _ = read_safetensors(builtin.FILE.read_bytes())
    file.write_bytes(save(tensors))
    with pytest.raises(ModelError, match="keep is missing"):
        model_of_file(file)


def test_a_step_of_a_file_is_refused(tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(linear(-2, step="7"))
    process = predict("--run", file, "--step", 3, SEVEN)
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr.startswith("threeseven: --step chooses among a run's models")
