"""Take docs/screenshots/ from the running app: a server of its own, real `textbook` runs, a real drawing."""

import os
from io import BytesIO
from math import cos, radians, sin
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from websockets.sync.client import connect

from scripts.find_browser import needed
from scripts.serving import ROOT, serving

FOLDER = ROOT / "docs" / "screenshots"
DESK = {"viewport": {"width": 1440, "height": 1080}}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 657}}  # what a browser leaves of such a screen
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
PROJECTOR: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
PRESENTED = "/?present"
ARCS = ((range(-150, 91, 10), 48, 31, 15, 15), (range(-90, 151, 10), 48, 63, 18, 17))
"""A 3 as two arcs: degrees, then centre and radii in hundredths of the canvas."""


LESSONS = {
    "gradient-descent": "this server’s learner",
    "learning-rate": "12 runs of this server",
    "nonlinearity": "Four runs of this server",
}
"""Those that are pictured, with what the figure says of itself once its runs are trained."""
TRAINING = 300_000
"""Milliseconds that a lesson's runs may take on a slow machine."""

FILM_SECONDS, FILM_WIDTH, FILM_QUALITY = 27, 900, 60
PICTURES_A_SECOND = 3


COMPARED: list[dict[str, object]] = [
    {"name": "A rate of 1", "learning_rate": 1},
    {"name": "One layer", "model": "linear", "learning_rate": 1},
]
"""Runs beside the textbook's."""


def train(address: str, **recipe: object) -> str:
    """The id of a `textbook` run, or of one that differs from it, that is over."""
    started = httpx.post(f"{address}/api/runs", json={"preset": "textbook", "name": "The textbook run", **recipe})
    run: str = started.raise_for_status().json()["id"]
    with connect(f"{address.replace('http', 'ws', 1)}/ws/runs/{run}", max_size=None) as events:
        for _ in events:
            pass
    return run


def take(
    browser: Browser,
    address: str,
    path: str,
    name: str,
    screen: dict[str, Any],
    *,
    dark: bool = False,
    paper: bool = False,
) -> None:
    """On the stage a digit is picked, and the moment after 120 steps is shown."""
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
    elif path in ("/", PRESENTED):
        page.locator(".sample").nth(1).click()
        page.locator(".verdict-headline", has_text="7").wait_for()
        page.get_by_label("Step of the run").fill("120")
        page.locator("#picture-step", has_text="120").wait_for()
        page.locator("#pad .verdict-figures", has_text="at step 120").wait_for(state="attached")
        page.wait_for_load_state("networkidle")
    if paper:
        page.emulate_media(media="print")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    context.close()
    print(file.relative_to(ROOT))


def lesson(browser: Browser, address: str, slug: str) -> None:
    """Its result, with nothing predicted."""
    page = browser.new_page(base_url=address, reduced_motion="reduce", **LAPTOP)
    page.goto(f"/lessons/{slug}", wait_until="networkidle")
    page.locator("#veil button").click()
    page.locator("#source", has_text=LESSONS[slug]).wait_for(timeout=TRAINING)
    page.wait_for_load_state("networkidle")
    file = FOLDER / f"lesson-{slug}.png"
    page.screenshot(path=file)
    page.close()
    print(file.relative_to(ROOT))


def film(browser: Browser, address: str) -> None:
    """The first run of a fresh server at the pace to watch, as an animated picture."""
    page = browser.new_page(base_url=address, **LAPTOP)
    page.goto("/")
    page.locator(".tile:visible").first.wait_for(timeout=60_000)
    pictures = []
    for _ in range(FILM_SECONDS * PICTURES_A_SECOND):
        shot = Image.open(BytesIO(page.screenshot())).convert("RGB")
        pictures.append(shot.resize((FILM_WIDTH, shot.height * FILM_WIDTH // shot.width), Image.Resampling.LANCZOS))
        page.wait_for_timeout(1000 / PICTURES_A_SECOND)
    page.close()
    file = FOLDER / "first-run.webp"
    pictures[0].save(
        file,
        save_all=True,
        append_images=pictures[1:],
        duration=1000 // PICTURES_A_SECOND,
        loop=0,
        quality=FILM_QUALITY,
    )
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
    chromium = needed()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        with TemporaryDirectory(prefix="threeseven-") as folder, serving(Path(folder), first_run="true") as server:
            film(browser, server.url)
        with TemporaryDirectory(prefix="threeseven-") as folder, serving(Path(folder)) as server:
            address = server.url
            textbook = train(address)
            take(browser, address, "/", "stage-light", LAPTOP)
            take(browser, address, "/", "stage-dark", LAPTOP, dark=True)
            take(browser, address, "/", "stage-phone", PHONE)
            take(browser, address, "/", "stage-print", DESK, paper=True)
            take(browser, address, "/draw", "draw-light", LAPTOP)
            take(browser, address, "/draw", "draw-phone-dark", PHONE, dark=True)
            compared = [textbook, *(train(address, **recipe) for recipe in COMPARED)]
            take(browser, address, f"/compare?runs={','.join(compared)}", "compare", LAPTOP)
            for slug in LESSONS:
                lesson(browser, address, slug)
        with (
            TemporaryDirectory(prefix="threeseven-") as folder,
            serving(Path(folder), host="0.0.0.0", open="true") as room,
        ):
            train(room.url)
            take(browser, room.url, PRESENTED, "stage-present", PROJECTOR)
        browser.close()


if __name__ == "__main__":
    main()
