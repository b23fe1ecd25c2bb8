"""What keeps the server from storing anything is said on every page, for as long as it lasts."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

StartServer = Callable[..., str]
NewPage = Callable[..., Page]


def test_every_page_says_that_nothing_can_be_stored(
    start_server: StartServer, new_page: NewPage, tmp_path: Path, complaints: list[str]
) -> None:
    first = new_page(base_url=start_server(heartbeat="0.2"))
    (file,) = tmp_path.glob("*/threeseven.db")
    paths = ("/", "/draw", "/lessons/baseline", "/docs")
    pages = [first, *(first.context.new_page() for _ in paths[1:])]
    for page, path in zip(pages, paths, strict=True):
        page.goto(path)
        expect(page.locator("#connection")).to_contain_text("Connected")
    moved = file.rename(file.with_name("elsewhere"))
    for page in pages:
        said = page.locator("[data-key=trouble]")
        expect(said).to_contain_text("Nothing can be stored now")
        expect(said).to_contain_text("has been deleted or replaced")
    moved.rename(file)
    for page in pages:
        expect(page.locator("[data-key=trouble]")).to_have_count(0)
    assert [each for each in complaints if not re.search(r"status of 503|WebSocket connection", each)] == []
    complaints.clear()


def test_a_page_that_is_one_too_many_says_so_until_there_is_room(
    start_server: StartServer, new_page: NewPage, complaints: list[str]
) -> None:
    server = start_server(viewers_per_address="1")
    first, second = new_page(base_url=server), new_page(base_url=server)
    first.goto("/draw")
    expect(first.locator("#connection")).to_contain_text("Connected")
    second.goto("/draw")
    expect(second.locator("[data-key=blocked]")).to_contain_text("THREESEVEN_VIEWERS_PER_ADDRESS allows: close a page")
    first.close()
    expect(second.locator("#connection")).to_contain_text("Connected")
    expect(second.locator("[data-key=blocked]")).to_have_count(0)
