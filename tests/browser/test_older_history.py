"""A database of the first version: the pages' scripts show its runs, whose pictures tell less than today's."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts.serving import serving
from tests.browser.drawing import headline
from tests.browser.waiting import until

NewPage = Callable[..., Page]

DATA = Path(__file__).parent.parent / "data"
RUNS: dict[str, str] = json.loads((DATA / "history-0001.json").read_text())
SHOWN = {  # each run's state, units and last step
    "finished": ("finished", 3, 21),
    "linear": ("finished", 1, 8),
    "diverged": ("failed", 2, 7),
    "steered": ("finished", 2, 39),
    "stopped": ("stopped", 2, 9),
    "interrupted": ("interrupted", 2, 10),
    "queued": ("interrupted", 0, 0),
}

PAINTED = """() => [...document.querySelectorAll(".tiles-canvas, [data-part=loss] canvas")].every((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, at) => at % 4 === 3 && value > 0);
})"""
"""There is something on the tiles and on the curve of the loss."""


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("older")
    (folder / "threeseven.db").write_bytes(gzip.decompress((DATA / "history-0001.db.gz").read_bytes()))
    with serving(folder, warm_workers="false") as server:
        yield server.url


def test_every_run_is_shown_on_its_page_from_its_first_step_on(older: str, new_page: NewPage) -> None:
    page = new_page(base_url=older)
    for case, (state, units, step) in SHOWN.items():
        page.goto(f"/runs/{RUNS[case]}")
        expect(page.locator("#run-state"), case).to_have_text(state)
        expect(page.locator(".tile"), case).to_have_count(units)
        expect(page.locator(".tiles-empty"), case).to_be_visible(visible=not units)
        if not units:
            continue
        expect(page.locator(".progress-words"), case).to_contain_text(f"Step {step} ")
        expect(page.locator(".misread"), case).to_contain_text("recorded before its pictures told enough")
        until(page, PAINTED)
        page.get_by_label("Step of the run").press("Home")
        expect(page.locator("#picture-step"), case).to_have_text("after step 0")
        expect(page.locator(".tile"), case).to_have_count(units)


def test_its_models_have_cards_and_read_a_drawing(older: str, new_page: NewPage) -> None:
    page = new_page(base_url=older)
    for case, words in (
        ("finished", "after step 21 of 21."),
        ("diverged", "after step 0 of 245. It failed after that."),
    ):
        page.goto(f"/models/{RUNS[case]}")
        expect(page.locator("#about"), case).to_contain_text(words)
        expect(page.locator("#figures"), case).to_contain_text("told apart")
    page.goto(f"/draw?run={RUNS['finished']}")
    page.get_by_role("button", name="a 5").click()
    expect(headline(page)).not_to_be_empty()
    expect(page.locator(".drawn-curve [role=img], .drawn-curve canvas").first).to_be_visible()
