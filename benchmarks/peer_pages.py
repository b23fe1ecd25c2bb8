"""What a page in Chromium has shown, and when: one script and one measure for Threeseven and for its peers."""

import base64
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.peer_environment import environment
from benchmarks.peer_loop import PROJECT
from benchmarks.waiting import until
from scripts.listening import free_port

VIEWPORT: Any = {"width": 1440, "height": 1000}
PATIENCE = 120
"""Seconds that anything may take here, on however busy a machine."""
SETTLE = 3
"""Seconds without new data after which a page is taken to have drawn all that it has."""

WATCH = """
(() => {
  const shown = new Map(), pending = new Set();
  window.shownSteps = shown;
  window.drawnByWorker = %s;
  window.arrivedSteps = 0; // in the newest answer
  let inFrame = false;
  const frame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (paint) => frame((time) => {
    inFrame = true;
    try { paint(time); } finally { inFrame = false; }
  });
  const over = (steps) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const now = Date.now();
      for (const step of steps) if (!shown.has(step)) shown.set(step, now);
    };
    port2.postMessage(0);
  };
  const drawn = () => {
    if (pending.size === 0) return;
    const steps = [...pending];
    pending.clear();
    inFrame ? over(steps) : frame(() => over(steps));
  };
  const arrived = (steps) => {
    window.arrivedSteps = new Set(steps).size;
    for (const step of steps) if (!shown.has(step)) pending.add(step);
    if (window.drawnByWorker) drawn();
  };
  const stroke = CanvasRenderingContext2D.prototype.stroke;
  CanvasRenderingContext2D.prototype.stroke = function (...path) { drawn(); return stroke.apply(this, path); };
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") return;
        arrived([JSON.parse(data)].flat().flatMap(({ type, step }) => (type === "Steps" ? step : [])));
      });
    }
  };
  const json = Response.prototype.json;
  Response.prototype.json = async function () {
    const answer = await json.call(this);
    if (this.url.endsWith("/api/get_logs_batch")) {
      const logs = JSON.stringify(answer);
      arrived([...logs.matchAll(/"step": ?([0-9]+)/g)].map((found) => Number(found[1])));
    }
    return answer;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...body) {
    this.addEventListener("load", () => {
      if (!this.responseURL.endsWith("/timeSeries") || typeof this.response !== "string") return;
      for (const { tag, runToSeries } of JSON.parse(this.response.replace(/^[^[{]*/, "")))
        if (tag === "loss" && runToSeries) arrived(Object.values(runToSeries).flat().map(({ step }) => step));
    });
    return send.apply(this, body);
  };
})();
"""
"""Notes when each step was shown: the end of the first animation frame in which a canvas was drawn on after the step's
loss had come. TensorBoard draws in a worker, which a page's script cannot see: there the first frame after the data
came counts, which can only be too early."""


@contextmanager
def tensorboard(python: str, folder: Path, *options: str) -> Iterator[str]:
    """Its server over the runs in ``folder``; the address of its page."""
    port = free_port()
    command = [python, "-m", "tensorboard.main", "--logdir", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    with server([*command, *options], folder, f"http://127.0.0.1:{port}") as url:
        yield f"{url}/#timeseries"


@contextmanager
def trackio(python: str, folder: Path) -> Iterator[str]:
    """Its dashboard over the runs in ``folder``; the address of its page."""
    port = free_port()
    show = f"import trackio; trackio.show(open_browser=False, server_port={port}, block_thread=True)"
    with server([python, "-c", show], folder, f"http://127.0.0.1:{port}") as url:
        yield f"{url}/?project={PROJECT}"


@contextmanager
def server(command: list[str], folder: Path, url: str) -> Iterator[str]:
    with subprocess.Popen(
        command, env=environment(folder), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            end = time.monotonic() + PATIENCE
            while not answers(url):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{command} does not answer at {url}")
                time.sleep(0.1)
            yield url
        finally:
            process.terminate()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=PATIENCE).status_code == 200
    except httpx.TransportError:
        return False


@contextmanager
def watched_page(browser: Browser, script: str = "", drawn_by_worker: bool = False) -> Iterator[Page]:
    """A page of a browser profile of its own, with ``WATCH`` and a further script in it."""
    with browser.new_context(viewport=VIEWPORT, reduced_motion="no-preference") as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.add_init_script(WATCH % ("true" if drawn_by_worker else "false"))
        if script:
            page.add_init_script(script)
        yield page


def shown_steps(page: Page, last: int) -> dict[int, float]:
    """Unix seconds at which each step was shown, once ``last`` is."""
    nothing = f"{page.url} drew no chart after step {last} had come to it"
    until(page, "(last) => window.shownSteps.has(last)", last, patience=PATIENCE, otherwise=nothing)
    return {step: ms / 1000 for step, ms in page.evaluate("[...window.shownSteps]")}


def opening(browser: Browser, url: str, charts: str, last: int, drawn_by_worker: bool = False) -> float:
    """Seconds from the start of the navigation, with an empty cache, to the first frame on which all charts in the
    window look as they do in the end, when the page has ``last``.

    Frames are those that the compositor hands to DevTools' screencast, with its own times. ``charts`` selects canvases.
    """
    frames: list[tuple[float, str]] = []
    with watched_page(browser, drawn_by_worker=drawn_by_worker) as page:
        session = page.context.new_cdp_session(page)

        def keep(frame: dict[str, Any]) -> None:
            frames.append((frame["metadata"]["timestamp"], frame["data"]))
            session.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

        session.on("Page.screencastFrame", keep)
        session.send("Page.startScreencast", {"format": "jpeg", "quality": 90})
        page.goto(url)
        shown_steps(page, last)
        page.wait_for_timeout(SETTLE * 1000)
        begun = page.evaluate("performance.timeOrigin") / 1000
        boxes = [box for each in page.locator(charts).all() if (box := each.bounding_box())]
        session.send("Page.stopScreencast")
    if not boxes:
        raise RuntimeError(f"{url} has no {charts}")
    frames.sort()  # they come nearly in the order of their times
    final = cut(frames[-1][1], boxes)
    first = len(frames) - 1
    while first > 0 and alike(cut(frames[first - 1][1], boxes), final):
        first -= 1
    return float(frames[first][0] - begun)


def cut(frame: str, boxes: list[Any]) -> NDArray[np.int16]:
    """The grey values of all boxes, one after the other, as far as they are in the window."""
    with Image.open(BytesIO(base64.b64decode(frame))) as image:
        grey = np.asarray(image.convert("L"), dtype=np.int16)
    rows, columns = grey.shape
    parts = []
    for box in boxes:
        left, top = max(0, round(box["x"])), max(0, round(box["y"]))
        right, bottom = min(columns, round(box["x"] + box["width"])), min(rows, round(box["y"] + box["height"]))
        parts.append(grey[top:bottom, left:right].ravel())
    return np.concatenate(parts)


def alike(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    """Whether at most one pixel in a thousand differs visibly, as a tick's label does that comes a frame later."""
    return one.shape == other.shape and float((np.abs(one - other) > 32).mean()) <= 0.001
