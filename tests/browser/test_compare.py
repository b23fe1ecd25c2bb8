"""Runs beside each other: what differs, their curves, one moment for all of them."""

import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect
from websockets.sync.client import connect

from tests.browser.steering import start, stop
from tests.browser.waiting import at_rest, boxes, fits, painted, until, until_is

LAST = 98
"""Steps of two epochs of the textbook's batches."""


@pytest.fixture(scope="module")
def runs(server: str) -> list[str]:
    """Three short runs of two learning rates and two batch sizes, in this order."""
    recipes = [
        {"name": "Careful", "learning_rate": 0.1},
        {"name": "Bold", "learning_rate": 1},
        {"name": "In large batches", "learning_rate": 1, "batch_size": 1024},
    ]
    started = [start(server, epochs=2, **recipe) for recipe in recipes]
    for run in started:
        with connect(f"{server.replace('http', 'ws', 1)}/ws/runs/{run}", max_queue=None) as events:
            for _ in events:
                pass
    return started


def row(page: Page, name: str) -> Locator:
    return page.locator("#table tbody tr", has_text=name)


COLUMN = """(column) => {
  const at = [...document.querySelectorAll("#table thead th")].findIndex((head) => head.textContent === column);
  const rows = [...document.querySelectorAll("#table tbody tr")];
  return rows.map((row) => row.children[at].textContent.replace(" (the best)", ""));
}"""


def cells(page: Page, column: str) -> list[str]:
    painted(page)
    found: list[str] = page.evaluate(COLUMN, column)
    return found


INKED = """(part) => {
  const canvas = document.querySelector(`[data-part=${part}] canvas`);
  if (!canvas) return false;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const hues = new Set();
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] < 250) continue;
    hues.add(`${data[i] >> 4},${data[i + 1] >> 4},${data[i + 2] >> 4}`);
  }
  return hues.has("1,7,4");
}"""
"""Whether the second run's green is in a chart, in light."""


def test_a_list_leads_to_it_and_it_says_what_differs(page: Page, server: str, runs: list[str]) -> None:
    page.goto("/runs")
    for name in ("Careful", "Bold"):
        page.locator(".run-row", has_text=name).get_by_role("checkbox").check()
    page.get_by_role("group", name="Selected runs").get_by_role("link", name="Compare").click()
    expect(page).to_have_url(re.compile(r"/compare\?runs=\w+,\w+$"))
    expect(page.locator("#words")).to_have_text("They differ in learning rate.")
    assert sorted(cells(page, "Learning rate")) == ["0.1", "1"]
    expect(row(page, "Bold")).to_contain_text("Finished", ignore_case=True)
    listed = {run["name"]: run["summary"] for run in httpx.get(f"{server}/api/runs", timeout=30).json()["runs"]}
    for name in ("Careful", "Bold"):
        expect(row(page, name)).to_contain_text(f"{listed[name]['valid_accuracy'] * 100:.2f}\u00a0%")
    best = max(("Careful", "Bold"), key=lambda name: listed[name]["valid_accuracy"])
    expect(row(page, best).locator("td[data-best]").first).to_contain_text("(the best)")


def test_all_of_it_goes_back_to_one_moment(page: Page, runs: list[str]) -> None:
    page.goto(f"/compare?runs={','.join(runs)}")
    expect(page.locator("#words")).to_have_text("They differ in learning rate and batch size.")
    expect(page.locator(".compare-picture")).to_have_count(3)
    until_is(page, COLUMN, ["98", "98", "26"], "Step")
    newest = cells(page, "Accuracy")
    page.get_by_text("Epochs", exact=True).click()
    chart = page.get_by_role("slider", name=re.compile("Accuracy by epoch"))
    [box] = boxes(page, "[data-part=accuracy] canvas")
    chart.click(position={"x": box["width"] * 0.6, "y": box["height"] / 2})
    expect(page.get_by_role("button", name="Show the newest step")).to_be_visible()
    steps = [int(step) for step in cells(page, "Step")]
    assert 49 <= steps[0] < LAST
    assert steps[0] == steps[1]
    assert abs(steps[2] / 13 - steps[0] / 49) < 1 / 13, "the same share of their epochs"
    first_epoch = cells(page, "Accuracy")
    assert first_epoch != newest
    for caption in page.locator(".compare-picture canvas").all():
        expect(caption).to_have_attribute("aria-label", re.compile("What the network looks for, after step "))
    chart.press("ArrowLeft")
    assert int(cells(page, "Step")[0]) == steps[0] - 1
    page.locator("h1").click()
    page.keyboard.press("End")
    expect(page.get_by_role("button", name="Show the newest step")).to_be_hidden()
    until_is(page, COLUMN, newest, "Accuracy")
    page.get_by_text("Seconds", exact=True).click()
    expect(page.get_by_role("slider", name=re.compile("Loss by second"))).to_be_visible()


def test_curves_are_told_apart_and_can_be_left_out(page: Page, runs: list[str]) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"/compare?runs={runs[0]},{runs[1]}")
    until(page, f"(part) => ({INKED})(part)", "accuracy")
    until(page, f"(part) => ({INKED})(part)", "loss")
    row(page, "Bold").get_by_role("checkbox", name="Draw B").uncheck()
    until(page, f"(part) => !({INKED})(part)", "accuracy")
    until(page, f"(part) => !({INKED})(part)", "loss")


def test_one_more_is_added_and_one_left_out(page: Page, runs: list[str]) -> None:
    page.goto(f"/runs/{runs[0]}")
    page.get_by_role("link", name="Compare with others").click()
    expect(page.locator("#words")).to_have_text("Add another run to compare it with.")
    page.get_by_label("Add a run").select_option(runs[1])
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#words")).to_have_text("They differ in learning rate.")
    page.get_by_role("link", name="Compare without A").click()
    expect(page).to_have_url(re.compile(f"runs={runs[1]}$"))
    page.go_back()
    expect(page.locator("#table tbody tr")).to_have_count(2)


def test_without_runs_it_says_how_to_choose_some(page: Page, runs: list[str]) -> None:
    page.goto("/compare")
    expect(page.locator("#words")).to_contain_text("Choose two runs or more")
    expect(page.locator("#charts")).to_be_hidden()
    page.get_by_label("Add a run").select_option(runs[0])
    page.get_by_role("button", name="Add", exact=True).click()
    expect(row(page, "Careful")).to_be_visible()


def test_a_run_that_is_gone_is_named_and_the_others_stand(page: Page, runs: list[str], complaints: list[str]) -> None:
    page.goto(f"/compare?runs={runs[0]},0123456789abcdef")
    expect(page.get_by_text("There is no run 0123456789abcdef.")).to_be_visible()
    expect(row(page, "Careful")).to_contain_text("98")
    complaints.clear()  # the browser tells of the 404


def test_no_more_than_can_be_told_apart(page: Page, server: str) -> None:
    sweep = {"name": "Many", "epochs": 1, "axes": {"seed": list(range(14))}}
    members = httpx.post(f"{server}/api/sweeps", json=sweep, timeout=60).raise_for_status().json()["runs"]
    page.goto(f"/compare?runs={','.join(member['id'] for member in members)}")
    expect(page.locator("#words")).to_have_text("They differ in seed. 12 can be told apart: 2 more are left out.")
    expect(page.locator("#table tbody tr")).to_have_count(12)
    expect(page.get_by_label("Add a run")).to_have_count(0)


def test_it_follows_a_run_that_trains(page: Page, server: str, runs: list[str]) -> None:
    trains = start(server, name="Under way", epochs=100, steps_per_second=20)
    page.goto(f"/compare?runs={runs[0]},{trains}")
    expect(row(page, "Under way")).to_contain_text("running", ignore_case=True)
    seen = int(cells(page, "Step")[1].replace(",", "").replace("–", "0"))
    until(page, """(seen) => Number(document.querySelector("#table tbody tr:nth-child(2)").textContent
      .match(/running([\\d,]+)/)?.[1].replace(",", "")) > seen""", seen)  # fmt: skip
    httpx.patch(f"{server}/api/runs/{trains}", json={"name": "Renamed"}, timeout=30).raise_for_status()
    expect(row(page, "Renamed")).to_be_visible()
    stop(server, trains)
    expect(row(page, "Renamed")).to_contain_text("stopped", ignore_case=True)


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_nothing_against_wcag_and_nothing_beyond_its_window(
    new_page: Callable[..., Page], assert_accessible: Callable[..., None], runs: list[str], phone: bool
) -> None:
    page = new_page(phone=phone, reduced_motion="reduce")
    page.goto(f"/compare?runs={','.join(runs)}")
    expect(row(page, "Careful")).to_contain_text("98")
    at_rest(page)
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, colours=True)
    page.emulate_media(forced_colors="active")
    assert_accessible(page, colours=True)
    fits(page)
