"""The command line."""

import gzip
import json
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from scripts.serving import ROOT
from tests.forked import threeseven


def test_version():
    assert threeseven("--version").stdout == f"threeseven {__version__}\n"


@pytest.mark.parametrize("arguments", [("--help",), ("serve", "--help"), ("train", "--help")])
def test_help_needs_no_more_than_ascii(arguments):
    env = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "app", *arguments]
    process = subprocess.run(command, capture_output=True, timeout=100, env=env | {"PYTHONPATH": str(ROOT)})
    assert (process.returncode, process.stderr) == (0, b"")
    assert b"Usage: threeseven" in process.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("serve", "--help"),
        ("train", "--epochs", "1"),
        ("train", "--epochs", "1", "--json"),
    ],
)
def test_output_that_cannot_be_written_is_one_clear_line(arguments):
    with open("/dev/full", "w") as full:
        process = threeseven(*arguments, output=full.fileno())
    assert (process.returncode, process.stderr) == (2, "threeseven: standard output: No space left on device\n")


@pytest.mark.parametrize("library", ["enum", "typer", "pydantic", "rich.console"])
def test_ctrl_c_while_it_loads_leaves_no_traceback(library):
    interrupt = (
        "import builtins, os\n"
        "load = builtins.__import__\n"
        "def interrupted(name, *rest):\n"
        f"    if name == {library!r}:\n"
        "        os.kill(os.getpid(), 2)\n"
        "    return load(name, *rest)\n"
        "builtins.__import__ = interrupted\n"
        "import app.__main__\n"
        "app.__main__.main()\n"
    )
    process = subprocess.run([sys.executable, "-c", interrupt], capture_output=True, text=True, timeout=100)
    assert (process.returncode, process.stderr) == (-signal.SIGINT, "")


def test_train_prints_json_lines_to_the_end():
    process = threeseven("train", "--epochs", "1", "--hidden", "4", "--json")
    events = [json.loads(line) for line in process.stdout.splitlines()]
    assert process.returncode == 0
    assert events[-1]["type"] == "RunFinished"
    assert events[0]["recipe"]["hidden"] == 4
    assert [s for e in events if e["type"] == "Steps" for s in e["step"]] == list(range(1, 50))


def test_options_of_train_are_environment_variables_too(monkeypatch):
    monkeypatch.setenv("THREESEVEN_EPOCHS", "1")
    monkeypatch.setenv("THREESEVEN_OPTIMIZER", "adam")
    monkeypatch.setenv("THREESEVEN_JSON", "1")
    events = [json.loads(line) for line in threeseven("train", "--hidden", "3").stdout.splitlines()]
    assert {name: events[0]["recipe"][name] for name in ("epochs", "optimizer", "hidden")} == {
        "epochs": 1,
        "optimizer": "adam",
        "hidden": 3,
    }
    assert events[-1]["type"] == "RunFinished"


def test_train_shows_the_figures():
    process = threeseven("train", "--epochs", "1")
    assert process.returncode == 0
    assert "of validation images right" in process.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--epochs", "0"), "--epochs"),
        (("--preset", "nonsense"), "textbook"),
        (("--loss", "hinge"), "--loss"),
        (("--mnist-dir", "/nowhere"), "/nowhere"),
        (("--preset", "diverging"), "learning rate"),
    ],
)
def test_train_refuses_or_fails_in_one_clear_line(arguments, says):
    process = threeseven("train", *arguments, "--json")
    assert process.returncode == 2
    assert says in process.stderr
    assert "Traceback" not in process.stderr


@pytest.mark.parametrize(("setting", "value"), [("PRESET", "nonsense"), ("LOSS", "hinge"), ("EPOCHS", "0")])
def test_train_names_a_variable_that_is_wrong_as_it_was_set(monkeypatch, setting, value):
    monkeypatch.setenv(f"THREESEVEN_{setting}", value)
    assert threeseven("train", "--json").stderr.startswith(f"threeseven: THREESEVEN_{setting}: ")
    monkeypatch.delenv(f"THREESEVEN_{setting}")
    option = f"--{setting.lower()}"
    assert threeseven("train", "--json", option, value).stderr.startswith(f"threeseven: {option}: ")


@pytest.fixture(scope="module")
def mnist_of_zeros(tmp_path_factory):
    """Files of MNIST's names and shapes with none of its digits."""
    folder = tmp_path_factory.mktemp("zeros")
    for prefix, count in (("train", 60_000), ("t10k", 10_000)):
        head = struct.pack(">4BI", 0, 0, 8, 1, count)
        (folder / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(head + bytes(count), 1))
        head = struct.pack(">4B3I", 0, 0, 8, 3, count, 28, 28)
        (folder / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + bytes(count * 784), 1))
    return folder


def test_data_tells_a_folder_that_is_not_mnist(mnist_of_zeros):
    process = threeseven("data", str(mnist_of_zeros))
    assert process.returncode == 2
    assert "MNIST" in process.stderr
    assert "Traceback" not in process.stderr


def test_data_loads_no_torch(mnist_of_zeros):
    command = [sys.executable, "-X", "importtime", "-m", "app", "data", str(mnist_of_zeros)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "app.learning.mnist" in loaded
    assert not {"torch", "torchvision"} & loaded


def test_download_needs_a_folder():
    process = threeseven("serve", "--download")
    assert process.returncode == 2
    assert "--mnist-dir" in process.stderr
