"""The list of runs: what became of them, finding, selecting, renaming, deleting, and keeping up without being asked."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from scripts.serving import ROOT, serving
from tests.browser.tcp_proxy import tcp_proxy
from tests.browser.waiting import at_rest, fits, until, until_is
from tests.forked import unmeasured

MANY = 2000


def row(page: Page, name: str) -> Locator:
    return page.locator(".run-row", has=page.get_by_role("link", name=name, exact=True))


def names(page: Page, count: int) -> list[str]:
    """Of the first rows."""
    expect(page.locator(".run-row-link").nth(count - 1)).to_be_attached()
    return [each.strip() for each in page.locator(".run-row-link").all_text_contents()[:count]]


def run(server: str, name: str, **recipe: object) -> str:
    answer = httpx.post(f"{server}/api/runs", json={"name": name, "epochs": 1, **recipe}, timeout=60)
    answer.raise_for_status()
    made: str = answer.json()["id"]
    return made


def test_what_a_recipe_has_else_is_cut_by_no_edge_of_a_phone(new_page: Callable[..., Page], server: str) -> None:
    page = new_page(phone=True, viewport={"width": 320, "height": 640})
    run(server, "Narrow", model="two_linear", batch_size=12396)
    page.goto("/runs")
    chip = row(page, "Narrow").locator(".chip").first
    expect(chip).to_have_text("two layers, no bend")
    expect(row(page, "Narrow")).to_contain_text("finished")
    until(
        page,
        """() => [...document.querySelectorAll(".run-row-recipe > :first-child")].every((chip) =>
          chip.getBoundingClientRect().right <= chip.parentElement.getBoundingClientRect().right + 0.5)""",
    )


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that keeps 2,000 runs, named "Run 0001" to "Run 2000", and trains nothing."""
    folder: Path = tmp_path_factory.mktemp("many")
    subprocess.run([sys.executable, "-m", "scripts.many_runs", folder, str(MANY)], cwd=ROOT, check=True)
    with serving(folder, start=unmeasured, warm_workers="false") as started:
        yield started.url


@pytest.fixture
def long_list(new_page: Callable[..., Page], many: str) -> Page:
    """Its list, fetched to its end."""
    page = new_page(base_url=many, viewport={"width": 1366, "height": 657})
    page.goto("/runs")
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", str(MANY + 1))
    return page


def test_a_run_appears_and_ends_while_one_looks(page: Page, server: str) -> None:
    page.goto("/runs")
    expect(page.locator("#connection")).to_have_text("Connected")
    run(server, "Appearing", hidden=10, seed=4)
    expect(row(page, "Appearing")).to_contain_text("finished")
    expect(row(page, "Appearing")).to_contain_text(re.compile(r"\d\d\.\d\d\s%"))
    expect(row(page, "Appearing").locator(".chip")).to_have_text(["10 units", "1 epoch", "seed 4"])
    row(page, "Appearing").get_by_role("link").click()
    expect(page).to_have_title(re.compile("Appearing"))


def test_a_failed_run_says_why(page: Page, server: str) -> None:
    failed = run(server, "Diverging", preset="diverging")
    page.goto("/runs")
    expect(row(page, "Diverging")).to_contain_text("failed")
    expect(row(page, "Diverging").locator(".run-row-state")).to_have_attribute("title", re.compile("."))
    in_sight = """() => {
      const it = document.querySelector(".run-row-about:not(:empty)");
      const [said, cell] = [it, it.parentElement].map((each) => each.getBoundingClientRect());
      return said.top < cell.bottom - 1 ? cell.right - said.left : 0;
    }"""
    width = cast("float", at_rest(page, in_sight))
    assert width == 0 or width > 100, "a few letters of a reason say nothing"
    page.goto(f"/runs/{failed}")
    why = re.compile(
        r"^The numbers overflowed at step \d+: .* Start again with 0\.1, at which networks like this one learn\."
    )
    for said in ("#detail", "#reason"):
        expect(page.locator(said)).to_have_text(why)
        until(
            page,
            "said => { said = document.querySelector(said); return said.scrollHeight <= said.clientHeight + 1; }",
            said,
        )


def test_a_name_is_changed_in_its_row_and_everywhere(page: Page, new_page: Callable[..., Page], server: str) -> None:
    made = run(server, "Before")
    page.goto("/runs")
    other = new_page()
    other.goto("/runs")
    own = new_page()
    own.goto(f"/runs/{made}")
    expect(own.locator("#run-name")).to_have_text("Before")
    row(page, "Before").hover()
    page.get_by_role("button", name="Rename “Before”").click()
    field = page.get_by_label("New name")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(row(page, "Before")).to_be_focused()
    page.keyboard.press("F2")
    field.fill("After")
    field.press("Enter")
    expect(row(page, "After")).to_be_focused()
    expect(row(other, "After")).to_be_visible()
    expect(own.locator("#run-name")).to_have_text("After")
    own.reload()
    expect(own.locator("#run-name")).to_have_text("After")
    assert httpx.get(f"{server}/api/runs/{made}", timeout=60).json()["name"] == "After"


def test_names_of_every_kind_stay_in_their_row(page: Page, server: str) -> None:
    kinds = ["W" * 80, "שלום 37 עולם", "👩‍🔬 tries 🎉", "<b>& “quoted”</b>"]
    for kind in kinds:
        run(server, kind)
    for width in (1440, 320):
        page.set_viewport_size({"width": width, "height": 640})
        page.goto("/runs")
        for kind in kinds:
            expect(row(page, kind)).to_contain_text("finished")
        fits(page, width)
        until(
            page,
            """() => {
              const rows = [...document.querySelectorAll(".runs-rows .run-row")];
              const heights = rows.map((row) => row.getBoundingClientRect().height);
              return Math.max(...heights) - Math.min(...heights) < 0.1;
            }""",
        )


def test_deleted_runs_can_be_brought_back_here_and_in_another_tab(
    page: Page, new_page: Callable[..., Page], server: str
) -> None:
    made = [run(server, name) for name in ("Doomed one", "Doomed two")]
    page.goto("/runs?q=doomed")
    other = new_page()
    other.goto("/runs?q=doomed")
    expect(row(other, "Doomed one")).to_contain_text("finished")
    expect(row(page, "Doomed two")).to_contain_text("finished")
    row(page, "Doomed one").locator(".run-row-started").click()
    row(page, "Doomed two").locator(".run-row-started").click(modifiers=["Shift"])
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    for each in (page, other):
        expect(row(each, "Doomed one")).to_have_count(0)
        expect(each.get_by_text("No run is like that.")).to_be_visible()
    assert [httpx.get(f"{server}/api/runs/{each}", timeout=60).status_code for each in made] == [404, 404]
    page.get_by_role("button", name="Undo").click()
    for each in (page, other):
        for name in ("Doomed one", "Doomed two"):
            expect(row(each, name)).to_be_visible()
    row(page, "Doomed two").get_by_role("checkbox").check()
    page.keyboard.press("Delete")
    expect(row(page, "Doomed one")).to_be_focused()
    expect(row(other, "Doomed two")).to_have_count(0)
    page.goto("/draw")  # it is deleted all the same, and can be brought back from the list of what is
    other.locator("#storage summary").click()
    other.get_by_role("button", name="Undo: restore “Doomed two”").click()
    expect(row(other, "Doomed two")).to_be_visible()
    assert [httpx.get(f"{server}/api/runs/{each}", timeout=60).status_code for each in made] == [200, 200]


def test_all_runs_are_stopped_at_once(start_server: Callable[..., str], new_page: Callable[..., Page]) -> None:
    server = start_server()
    page = new_page(base_url=server)
    page.goto("/runs")
    expect(page.get_by_role("link", name="Start the first one")).to_be_visible()
    three = ("Long", "Second", "Third")
    for name in three:
        run(server, name, epochs=1000, batch_size=32)
    button = page.get_by_role("button", name="Stop all 3 …")
    button.click()
    page.get_by_role("button", name="Let them go on").click()
    expect(row(page, "Second")).to_contain_text("queued")
    expect(row(page, "Third")).to_contain_text("place 2")
    row(page, "Third").get_by_role("checkbox").check()
    expect(page.get_by_role("button", name="Delete")).to_be_disabled()
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(row(page, "Third")).to_contain_text("stopped")
    page.get_by_role("button", name="Stop all 2 …").press("Enter")
    page.get_by_role("button", name="Stop them", exact=True).click()
    for name in three:
        expect(row(page, name)).to_contain_text("stopped")
    expect(page.locator("#stop-all")).to_be_hidden()


MIDDLE = """() => [...document.querySelectorAll(".run-row-link")]
  .map((each) => [each.textContent.trim(), each.getBoundingClientRect().top])
  .find(([, top]) => top > innerHeight / 2)"""
"""The name of the first run in the lower half of the window, and where it stands."""


def test_2000_runs_are_found_sorted_and_left_and_found_again(long_list: Page, complaints: list[str]) -> None:
    page = long_list
    rows = page.locator(".runs-rows .run-row")
    until(page, "() => document.querySelectorAll('.runs-rows .run-row').length < 60")
    assert names(page, 2) == ["Run 2000", "Run 1999"]
    page.get_by_role("searchbox").fill("adam 64")
    expect(page).to_have_url(re.compile(r"q=adam\+64"))
    expect(rows.first.locator(".chip").filter(has_text="Adam")).to_be_attached()
    expect(page.locator(".runs-said")).to_have_text(re.compile(r"\d+ of 2,000 runs"))
    page.get_by_role("searchbox").fill("")
    page.get_by_role("radio", name=re.compile("Finished")).check(force=True)
    page.get_by_role("button", name="Accuracy").click()
    expect(page.get_by_role("columnheader", name="Accuracy")).to_have_attribute("aria-sort", "descending")
    until(
        page,
        """() => {
          const cells = [...document.querySelectorAll("td.run-row-accuracy")];
          const figures = cells.map((each) => parseFloat(each.textContent));
          return figures[0] >= 99.9 && figures.every((each, i) => i === 0 || each <= figures[i - 1]);
        }""",
    )
    page.mouse.move(600, 400)
    page.mouse.wheel(0, 20_000)
    until(page, "() => window.scrollY > 15000")
    place = at_rest(page, MIDDLE)
    assert isinstance(place, list)
    name, at = place
    page.get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_title(re.compile(name))
    page.go_back()
    expect(page).to_have_url(re.compile(r"state=finished&sort=-accuracy"))
    again = page.get_by_role("link", name=name, exact=True)
    expect(again).to_be_in_viewport()
    until(
        page,
        """([name, at]) => [...document.querySelectorAll(".run-row-link")].some((each) =>
          each.textContent.trim() === name && Math.abs(each.getBoundingClientRect().top - at) < 2)""",
        [name, at],
    )
    page.reload()
    expect(again).to_be_in_viewport()
    page.close()
    complaints.clear()  # of the page between: these runs have no weights to show


def test_keys_move_select_and_open(long_list: Page, complaints: list[str]) -> None:
    page = long_list
    page.keyboard.press("j")
    expect(row(page, "Run 2000")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(page.get_by_text("3 selected")).to_be_visible()
    expect(row(page, "Run 1997")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("[aria-selected=true]")).to_have_count(0)
    page.keyboard.press("End")
    expect(row(page, "Run 0001")).to_be_focused()
    expect(row(page, "Run 0001")).to_be_in_viewport()
    page.keyboard.press("Home")
    expect(row(page, "Run 2000")).to_be_in_viewport()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("2,000 selected")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    row(page, "Run 2000").focus()
    page.keyboard.press("j")
    expect(row(page, "Run 2000")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/runs/0000000007cf$"))
    page.close()
    complaints.clear()  # of that page: the run has no weights to show


def test_all_rows_are_printed(long_list: Page) -> None:
    page = long_list
    page.get_by_role("radio", name="Stopped").check(force=True)
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", re.compile(r"^\d\d$"))
    stopped = int(str(at_rest(page, "() => document.querySelector('[role=grid]').ariaRowCount"))) - 1
    fewer = "(stopped) => document.querySelectorAll('.runs-rows .run-row').length < stopped"
    until(page, fewer, stopped)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.locator(".runs-rows .run-row")).to_have_count(stopped)
    until(  # they lie below each other
        page,
        """() => [...document.querySelectorAll(".runs-rows .run-row")].map((row) => row.getBoundingClientRect().top)
          .every((top, i, tops) => i === 0 || top > tops[i - 1])""",
    )
    expect(page.locator(".site-header")).to_be_hidden()
    page.emulate_media(media="screen")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    until(page, fewer, stopped)


def test_on_a_phone_a_tap_opens_and_a_box_selects(
    new_page: Callable[..., Page], many: str, assert_accessible: Callable[..., None], complaints: list[str]
) -> None:
    page = new_page(phone=True, base_url=many, viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    page.goto("/runs?preset=adam")
    expect(page.get_by_role("grid")).to_be_visible()
    until_is(page, "() => [document.documentElement.scrollWidth, window.innerWidth]", [320, 320])
    page.get_by_role("combobox", name="Sort").select_option("name")
    expect(page).to_have_url(re.compile("sort=-?name"))
    height = at_rest(page, "() => document.querySelector('.runs-rows .run-row').getBoundingClientRect().height")
    assert isinstance(height, int | float)
    assert 44 <= height < 80
    first = page.locator(".runs-rows .run-row").first
    first.get_by_role("checkbox").tap()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.locator("td.run-row-started").nth(3).tap()
    expect(page.get_by_text("2 selected")).to_be_visible()
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    assert_accessible(page, colours=True)
    page.get_by_role("button", name="Clear").tap()
    name = page.locator(".run-row-link").nth(2).text_content() or "?"
    page.locator("td.run-row-started").nth(2).tap()
    expect(page).to_have_title(re.compile(name))
    page.close()
    complaints.clear()  # of that page: the run has no weights to show


def test_sweeps_are_folded_marked_and_shown_by_themselves(page: Page, server: str) -> None:
    sweep = {"name": "Swept", "epochs": 1, "axes": {"seed": [1, 2, 3]}}
    httpx.post(f"{server}/api/sweeps", json=sweep, timeout=60).raise_for_status()
    run(server, "Alone")
    page.goto("/runs")
    folded = row(page, "Swept")
    expect(folded).to_have_count(1)
    expect(folded).to_contain_text("sweep of 3")
    folded.get_by_role("checkbox").check()
    expect(page.locator(".runs-chosen")).to_have_text("3 selected")
    page.get_by_role("button", name="Clear", exact=True).click()
    fold = page.get_by_role("button", name="The 3 runs of “Swept”")
    expect(fold).to_have_attribute("aria-expanded", "false")
    fold.click()
    marks = page.locator(".run-row[data-swept]", has_text="Swept")
    expect(marks).to_have_count(3)
    marks.first.focus()
    page.keyboard.press("ArrowLeft")
    expect(folded).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(marks).to_have_count(3)
    for mark, place in zip(marks.all(), ("first", "middle", "last"), strict=True):
        expect(mark).to_have_attribute("data-swept", place)
    marks.last.get_by_role("link", name="Show all of this sweep").click()
    expect(row(page, "Alone")).to_have_count(0)
    expect(page.locator(".runs-said")).to_contain_text("3 of")
    page.get_by_role("button", name="Show all runs again").click()
    expect(row(page, "Alone")).to_be_visible()


def test_a_lost_connection_is_shown_and_what_was_missed_is_fetched(
    new_page: Callable[..., Page], server: str, complaints: list[str]
) -> None:
    with tcp_proxy(server) as proxy:
        page = new_page(base_url=proxy.url)
        page.goto("/runs")
        expect(page.locator("#connection")).to_have_text("Connected")
        proxy.go_silent()
        proxy.cut()
        expect(page.locator("main[data-stale]")).to_be_attached()
        run(server, "Missed")
        proxy.forward_again()
        expect(row(page, "Missed")).to_be_visible()
        expect(page.locator("main[data-stale]")).to_have_count(0)
        page.close()
    complaints.clear()  # the browser tells of connections that were cut


def test_who_may_not_control_cannot_select(start_server: Callable[..., str], new_page: Callable[..., Page]) -> None:
    server = start_server(token="secret", first_run="true")
    page = new_page(base_url=server)
    page.goto("/runs")
    expect(page.locator(".run-row-link").first).to_be_visible()
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    page.locator(".runs-rows .run-row").first.locator(".run-row-started").click()
    expect(page.locator(".runs-bar")).to_be_hidden()
