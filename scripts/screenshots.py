"""Take docs/screenshots/*.png from the running app: a server of its own, a real `textbook` run, a real drawing."""

import os
import subprocess
import sys
from math import cos, radians, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.sync.client import connect

from scripts.serving import ROOT, serving

FOLDER = ROOT / "docs" / "screenshots"
DESK = {"viewport": {"width": 1440, "height": 1080}}
TALL = {"viewport": {"width": 1440, "height": 1800}}  # the curves and the first weights belong into the picture
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
ARCS = ((range(-150, 91, 10), 48, 31, 15, 15), (range(-90, 151, 10), 48, 63, 18, 17))
"""A 3 as two arcs: degrees, then centre and radii in hundredths of the canvas."""


def train(address: str) -> str:
    """The id of a `textbook` run that is over."""
    started = httpx.post(f"{address}/api/runs", json={"preset": "textbook", "name": "The textbook run"})
    run: str = started.raise_for_status().json()["id"]
    with connect(f"{address.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None) as events:
        for _ in events:
            pass
    return run


def take(browser: Browser, address: str, path: str, name: str, screen: dict[str, Any], *, dark: bool = False) -> None:
    context = browser.new_context(
        base_url=address,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        **screen,
    )
    page = context.new_page()
    page.goto(path, wait_until="networkidle")
    if path == "/draw":
        draw_three(page)
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    context.close()
    print(file.relative_to(ROOT))


def draw_three(page: Page) -> None:
    """With the mouse, as a person would, and waits until it has been read."""
    box = page.locator("#ink").bounding_box()
    assert box is not None
    points = [
        (
            box["x"] + box["width"] * (x + across * cos(radians(degree))) / 100,
            box["y"] + box["height"] * (y + down * sin(radians(degree))) / 100,
        )
        for degrees, x, y, across, down in ARCS
        for degree in degrees
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=2)
    with page.expect_response("**/predict*"):
        page.mouse.up()
    page.wait_for_load_state("networkidle")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = subprocess.run(
        [sys.executable, ROOT / "scripts" / "find_browser.py"], stdout=subprocess.PIPE, text=True, check=True
    )
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with (
        TemporaryDirectory(prefix="threeseven-") as folder,
        serving(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        address = server.url
        train(address)
        browser = playwright.chromium.launch(executable_path=found.stdout.strip(), args=arguments)
        take(browser, address, "/", "dashboard-light", TALL)
        take(browser, address, "/", "dashboard-dark", TALL, dark=True)
        take(browser, address, "/", "dashboard-phone", PHONE)
        take(browser, address, "/draw", "draw-light", DESK)
        take(browser, address, "/draw", "draw-phone-dark", PHONE, dark=True)
        browser.close()


if __name__ == "__main__":
    main()
