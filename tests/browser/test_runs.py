"""The list of runs: what became of them, renaming, deleting, and keeping up without being asked."""

import re
from collections.abc import Callable

import httpx
from playwright.sync_api import Locator, Page, expect


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row", name=re.compile(f"^{re.escape(name)} "))


def run(server: str, name: str, **recipe: object) -> str:
    answer = httpx.post(f"{server}/api/runs", json={"name": name, "epochs": 1, **recipe}, timeout=30)
    answer.raise_for_status()
    made: str = answer.json()["id"]
    return made


def test_a_run_appears_and_ends_while_one_looks(page: Page, server: str) -> None:
    page.goto("/runs")
    expect(page.locator("#connection")).to_have_text("Connected")
    run(server, "Appearing")
    expect(row(page, "Appearing")).to_contain_text("finished")
    expect(row(page, "Appearing")).to_contain_text(re.compile(r"\d\d\.\d\d %"))
    row(page, "Appearing").get_by_role("link").click()
    expect(page.locator("#run-name")).to_have_text("Appearing")


def test_a_failed_run_says_why(page: Page, server: str) -> None:
    run(server, "Diverging", preset="diverging")
    page.goto("/runs")
    expect(row(page, "Diverging")).to_contain_text("failed")
    row(page, "Diverging").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This run failed.")
    expect(page.locator("#detail")).to_contain_text(re.compile(r"step \d"))


def test_renaming(page: Page, server: str, finished_run: str) -> None:
    made = run(server, "Before")
    page.goto("/runs")
    page.get_by_role("button", name="Rename “Before”").click()
    field = page.get_by_label("New name")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(row(page, "Before")).to_be_visible()
    page.get_by_role("button", name="Rename “Before”").click()
    field.fill("After")
    field.press("Enter")
    expect(row(page, "After")).to_be_visible()
    assert httpx.get(f"{server}/api/runs/{made}").json()["name"] == "After"


def test_deleting_asks_first_and_can_be_undone(page: Page, server: str) -> None:
    made = run(server, "Doomed")
    page.goto("/runs")
    delete = page.get_by_role("button", name="Delete “Doomed”")
    expect(delete).to_be_enabled()
    delete.click()
    expect(page.get_by_role("dialog")).to_contain_text("can be restored for a while")
    page.get_by_role("button", name="Keep").click()
    expect(row(page, "Doomed")).to_be_visible()
    delete.click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(row(page, "Doomed")).to_have_count(0)
    assert httpx.get(f"{server}/api/runs/{made}").status_code == 404
    page.reload()
    undo = page.get_by_role("button", name="Undo: restore “Doomed”")
    undo.click()
    expect(row(page, "Doomed")).to_be_visible()
    expect(undo).to_have_count(0)
    assert httpx.get(f"{server}/api/runs/{made}").status_code == 200


def test_all_runs_are_stopped_at_once(start_server: Callable[..., str], new_page: Callable[..., Page]) -> None:
    server = start_server()
    page = new_page(base_url=server)
    page.goto("/runs")
    expect(page.get_by_role("link", name="Start the first one")).to_have_attribute("href", "/#start-title")
    names = ("Long", "Second", "Third")
    for name in names:
        run(server, name, epochs=1000, batch_size=32)
    button = page.get_by_role("button", name="Stop all 3 …")
    button.click()
    page.get_by_role("button", name="Let them go on").click()
    expect(row(page, "Second")).to_contain_text("queued")
    button.press("Enter")
    page.get_by_role("button", name="Stop all", exact=True).click()
    for name in names:
        expect(row(page, name)).to_contain_text("stopped")
    expect(page.locator("#stop-all")).to_be_hidden()


def test_the_queue_shows_places(start_server: Callable[..., str], new_page: Callable[..., Page]) -> None:
    server = start_server()
    page = new_page(base_url=server)
    page.goto("/runs")
    expect(page.get_by_text("No run is kept yet.")).to_be_visible()
    first = run(server, "Long", epochs=1000, batch_size=32)
    waiting = [run(server, name) for name in ("Second", "Third")]
    page.reload()
    expect(row(page, "Second")).to_contain_text("place 1")
    expect(row(page, "Third")).to_contain_text("place 2")
    viewer = new_page(base_url=server)
    viewer.goto(f"/runs/{waiting[1]}")
    expect(viewer.get_by_role("heading", level=1)).to_have_text("“Third” waits for its turn.")
    expect(viewer.locator("#detail")).to_contain_text("place 2")
    httpx.post(f"{server}/api/runs/{first}/control", json={"action": "stop"}, timeout=30)
    expect(row(page, "Third")).to_contain_text("finished")
    expect(viewer.locator(".progress-words")).to_have_text("Step 49 of 49")
