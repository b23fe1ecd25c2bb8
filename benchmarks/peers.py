"""What logging, watching and opening a run cost, here and with TensorBoard and trackio.

    python -m benchmarks.peers [--rounds 5] [--only cost|delay|opening]

The peers get the bare PyTorch loop of `textbook` and are called as their documentation does; ours is a run on a real
server. On first use pip downloads them into `.bench/peers` (some 100 MB). Everything takes turns in one run, so that a
busy machine slows all alike. They are general tools for many runs of any kind; Threeseven does one thing.
"""

import argparse
import json
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urljoin

import httpx
from playwright.sync_api import Browser, sync_playwright

from benchmarks.peer_environment import environment, peers_python
from benchmarks.peer_loop import BEGUN
from benchmarks.peer_pages import PATIENCE, opening, shown_steps, tensorboard, trackio, watched_page
from benchmarks.server import Server, running
from benchmarks.streamed import streamed
from benchmarks.table import markdown, quantile, spread
from scripts.find_browser import needed

STEPS = 1960
"""Of `textbook`: 40 epochs of 49 mini-batches."""
PER_SECOND = 100
"""Steps a second while the delay is measured: the run takes 20 s."""

LOOPS = {
    "none": "bare PyTorch loop, logged to nothing",
    "values": "the same, each step's loss and accuracy computed and read",
    "tensorboard": "the same, logged to TensorBoard (`add_scalar`, twice a step)",
    "tensorboard-images": "the same, and an image of the weights every 16 steps (`add_image`)",
    "trackio": "the same, logged to trackio (`log`, once a step)",
    "trackio-images": "the same, and an image of the weights every 16 steps (`Image`)",
}

AUTO_RELOAD = 'localStorage.setItem("_tb_global_settings", JSON.stringify({ autoReload: true }))'
RELOAD_EACH_SECOND = 'setInterval(() => document.querySelector(".reload-button")?.click(), 1000)'
QUICK = ("--reload_interval", "1", "--samples_per_plugin", "scalars=100000")
"""TensorBoard's server looks for new data each second (by default: each 5) and keeps all points (by default: 1,000).
``scalars=0``, by its code's reading all of them, shows none in version 2.21."""

CANVASES = {"Threeseven": ".chart-plot canvas", "trackio": "canvas.marks", "TensorBoard": "line-chart canvas"}

Dashboard = Callable[[str, Path], AbstractContextManager[str]]
"""Serves the runs in a folder by a Python; gives the address of its page."""


def loop(python: str, logger: str, folder: Path, *speed: str) -> subprocess.Popen[str]:
    command = [python, "-m", "benchmarks.peer_loop", logger, str(folder), *speed]
    return subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def outcome(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the loop prints at its end."""
    with process:
        assert process.stdout is not None
        lines = process.stdout.read().splitlines()
    if process.returncode != 0:
        raise RuntimeError(f"{process.args!r} ended with {process.returncode}")
    found: dict[str, Any] = json.loads(next(line for line in lines if line.startswith('{"seconds"')))
    return found


def cost(python: str, rounds: int) -> str:
    ours: list[float] = []
    theirs: dict[str, list[float]] = {logger: [] for logger in LOOPS}
    with running() as server:
        for _ in range(rounds):
            ours.append(streamed(server))
            server.until_warm()  # or the next worker's start would slow the others
            for logger, seconds in theirs.items():
                with TemporaryDirectory() as folder:
                    seconds.append(outcome(loop(python, logger, Path(folder)))["seconds"])
    rows = []
    for name, times in ((LOOPS[logger], seconds) for logger, seconds in theirs.items()):
        rows.append((name, spread(times, " s"), spread([a / b for a, b in zip(times, theirs["none"], strict=True)])))
    ratios = [a / b for a, b in zip(ours, theirs["none"], strict=True)]
    rows.append(
        ("Threeseven: every step and 120 images streamed to a viewer and kept", spread(ours, " s"), spread(ratios))
    )
    return markdown(("40 epochs of `textbook`", "median (min–max)", "over the bare loop"), rows)


def delay(python: str, browser: Browser) -> str:
    rows = [
        ("Threeseven", *ours_shown(browser)),
        ("trackio", *peer_shown(python, browser, "trackio-images", trackio)),
        (
            "TensorBoard, Reload pressed each second; its server reads each second (default: 5) and keeps all points",
            *peer_shown(python, browser, "tensorboard-images", quick_tensorboard, RELOAD_EACH_SECOND),
        ),
        (
            "TensorBoard as it comes, with “Reload data” each 30 s (default: off)",
            *peer_shown(python, browser, "tensorboard-images", tensorboard, AUTO_RELOAD),
        ),
    ]
    head = (f"{PER_SECOND} steps/s", "delay p50 / p95, ms", "worst, ms", f"points of {STEPS:,} in the page at the end")
    return markdown(head, rows)


def quick_tensorboard(python: str, folder: Path) -> AbstractContextManager[str]:
    return tensorboard(python, folder, *QUICK)


def peer_shown(
    python: str, browser: Browser, logger: str, dashboard: Dashboard, script: str = ""
) -> tuple[str, str, int]:
    worker = logger.startswith("tensorboard")
    with TemporaryDirectory() as folder, loop(python, logger, Path(folder), str(PER_SECOND)) as process:
        assert process.stdout is not None
        while BEGUN not in (line := process.stdout.readline()):
            if not line:
                raise RuntimeError(f"{process.args!r} ended before its first step")
        with dashboard(python, Path(folder)) as url, watched_page(browser, script, worker) as page:
            page.goto(url)
            shown = shown_steps(page, STEPS)
            taken = dict(enumerate(outcome(process)["taken"], 1))
            return figures(shown, taken, page.evaluate("window.arrivedSteps"))


def ours_shown(browser: Browser) -> tuple[str, str, int]:
    with running() as server, watched_page(browser) as page:
        server.until_warm()
        page.goto(server.url)
        page.wait_for_load_state("networkidle")
        run = server.start(preset="textbook", steps_per_second=PER_SECOND)
        shown = shown_steps(page, STEPS)
        begun = float(server.run(run)["started"])  # type: ignore[arg-type]
        metrics = page.evaluate("run => fetch(`/api/runs/${run}/metrics`).then(r => r.text())", run)
        columns = json.loads(metrics)
        taken = {step: begun + ms / 1000 for step, ms in zip(columns["step"], columns["milliseconds"], strict=True)}
        return figures(shown, taken, len(shown))  # each message brings only new ones


def figures(shown: dict[int, float], taken: dict[int, float], points: int) -> tuple[str, str, int]:
    """Delays of the steps that were taken after the page had first shown one, so that its opening does not count."""
    opened = min(shown.values())
    delays = [1000 * (shown[step] - at) for step, at in taken.items() if at > opened and step in shown]
    return (
        f"{quantile(delays, 0.5):,.0f} / {quantile(delays, 0.95):,.0f}",
        f"{max(delays):,.0f}",
        points,
    )


def open_finished(python: str, browser: Browser, rounds: int) -> str:
    seconds: dict[str, list[float]] = {name: [] for name in CANVASES}
    with TemporaryDirectory() as folder, running() as server:
        run = finished(server)
        for logger in ("tensorboard-images", "trackio-images"):
            outcome(loop(python, logger, Path(folder)))
        with tensorboard(python, Path(folder)) as board, trackio(python, Path(folder)) as dashboard:
            until_read(board)
            urls = {"Threeseven": f"{server.url}/runs/{run}", "trackio": dashboard, "TensorBoard": board}
            for _ in range(rounds):
                for name, url in urls.items():
                    seconds[name].append(opening(browser, url, CANVASES[name], STEPS, name == "TensorBoard"))
    rows = []
    for name, times in seconds.items():
        ratios = [ours / peer for ours, peer in zip(seconds["Threeseven"], times, strict=True)]
        rows.append(
            (
                name,
                spread(times, " s"),
                "1" if name == "Threeseven" else f"**{median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})",
            )
        )
    return markdown(("opening a finished run of `textbook`", "median (min–max)", "Threeseven over it"), rows)


def until_read(board: str) -> None:
    """Wait until TensorBoard's server has read a run: a page opened before would stay empty."""
    end = time.monotonic() + PATIENCE
    while not httpx.get(urljoin(board, "/data/runs"), timeout=PATIENCE).json():
        if time.monotonic() > end:
            raise TimeoutError(f"TensorBoard has read nothing after {PATIENCE} s")
        time.sleep(0.1)


def finished(server: Server) -> str:
    server.until_warm()
    run = server.start(preset="textbook")
    end = time.monotonic() + PATIENCE
    while server.run(run)["state"] != "finished":
        if time.monotonic() > end:
            raise TimeoutError(f"run {run} has not finished after {PATIENCE} s")
        time.sleep(0.1)
    server.until_warm()
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("cost", "delay", "opening"))
    arguments = parser.parse_args()
    python = peers_python()
    if arguments.only in (None, "cost"):
        print(f"{cost(python, arguments.rounds)}\n", flush=True)
    if arguments.only == "cost":
        return
    chromium = needed()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        if arguments.only in (None, "delay"):
            print(f"{delay(python, browser)}\n", flush=True)
        if arguments.only in (None, "opening"):
            print(open_finished(python, browser, arguments.rounds), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
