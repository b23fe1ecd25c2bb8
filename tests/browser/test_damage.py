"""What pages say of runs that cannot be read any more."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect
from websockets.sync.client import connect

from scripts.serving import serving
from tests.browser.steering import start
from tests.forked import unmeasured

NewPage = Callable[..., Page]


class Damaged(NamedTuple):
    """A server; a run whose log lacks record ``missing``; and one of which nothing can be read."""

    url: str
    holed: str
    missing: int
    unread: str


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Damaged]:
    folder: Path = tmp_path_factory.mktemp("damaged")
    with serving(folder, start=unmeasured, warm_workers="false") as server:
        unread = start(server.url, epochs=1)
        holed = start(server.url, epochs=2, steps_per_second=50)  # so that its steps come in several records
        for run in (unread, holed):
            with connect(f"{server.url.replace('http', 'ws', 1)}/ws/runs/{run}", max_queue=None) as socket:
                deque(socket, 0)
    database = sqlite3.connect(folder / "threeseven.db")
    steps = database.execute("SELECT seq FROM events WHERE run = ? AND type = 'Steps'", (holed,)).fetchall()
    (missing,) = steps[len(steps) // 2]
    database.execute("DELETE FROM events WHERE run = ? AND seq = ?", (holed, missing))
    database.execute("UPDATE runs SET run = 'garbage' WHERE id = ?", (unread,))
    database.commit()
    database.close()
    with serving(folder, start=unmeasured, warm_workers="false") as server:
        yield Damaged(server.url, holed, missing, unread)


@pytest.mark.parametrize("path", ["/runs/{}", "/"])
def test_a_page_says_that_a_log_is_damaged(damaged: Damaged, new_page: NewPage, path: str) -> None:
    page = new_page(base_url=damaged.url)
    page.goto(path.format(damaged.holed))
    expect(page.get_by_role("heading", level=1)).to_have_text("The log of this run is damaged.")
    expect(page.locator("#detail")).to_contain_text(f"record {damaged.missing} is missing")
    expect(page.locator("#connection")).to_have_text("Damaged log" if "runs" in path else "Connected")


def test_a_run_that_cannot_be_read_has_a_page_that_says_so(
    damaged: Damaged, new_page: NewPage, complaints: list[str]
) -> None:
    page = new_page(base_url=damaged.url)
    page.goto(f"/runs/{damaged.unread}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Damaged run")
    expect(page.locator(".lede")).to_contain_text("it can be deleted")
    assert "500" in complaints.pop()


def test_damaged_runs_are_named_beside_the_list_and_can_be_deleted(damaged: Damaged, new_page: NewPage) -> None:
    page = new_page(base_url=damaged.url)
    page.goto("/runs")
    page.locator("#storage summary", has_text="1 damaged").click()
    expect(page.locator("#storage")).to_contain_text(f"Run {damaged.unread} is damaged")
    expect(page.get_by_role("row")).to_have_count(2)  # the head, and the other one
    delete = page.get_by_role("button", name=f"Delete damaged run {damaged.unread}")
    delete.click()
    page.get_by_role("button", name="Keep").click()
    delete.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("button", name=f"Undo: restore “{damaged.unread}”")).to_be_visible()
    expect(page.locator("#storage")).not_to_contain_text("is damaged")
