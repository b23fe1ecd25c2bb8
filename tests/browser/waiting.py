"""Waiting for what a page's scripts, its paintings and the server's answers bring."""

import json

from playwright.sync_api import Error, Locator, Page, Route, expect

PATIENCE = 60
"""Seconds: only a page that hangs takes longer, on however busy a machine."""

TRAINED = 500_000
"""Milliseconds for what comes once a lesson's runs are trained: all lessons' take turns."""

RESTING = 20
"""Frames in which nothing may have changed: longer than any part of a page waits before it paints again."""


def until(page: Page, condition: str, arg: object = None) -> None:
    """Wait until ``condition``, a JavaScript function's source, holds of ``arg``. Looks every 25 ms
    and asks for no frames, with which a page at rest takes 4 % of a core.

    Not by ``page.wait_for_function``: where the condition does not hold at once it evaluates a string in the page,
    which our content security policy forbids.
    """
    page.evaluate(
        f"""(arg) => new Promise((resolve, reject) => {{
          const holds = {condition};
          const end = performance.now() + {PATIENCE * 1000};
          const look = () => {{
            try {{
              if (holds(arg)) resolve();
              else if (performance.now() > end) reject(new Error("still not: " + holds));
              else setTimeout(look, 25);
            }} catch (error) {{
              reject(error);
            }}
          }};
          look();
        }})""",
        arg,
    )


def until_is(page: Page, function: str, value: object, arg: object = None) -> None:
    """Wait until ``function``, JavaScript's source, makes ``value`` of ``arg``; fail with what it makes instead."""
    wanted = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    try:
        until(page, f"([arg, wanted]) => JSON.stringify(({function})(arg)) === wanted", [arg, wanted])
    except Error as error:
        if "still not" not in error.message:
            raise
    assert page.evaluate(function, arg) == value


def painted(page: Page) -> None:
    """Return after two frames: what was due to be painted in the next one is."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))")


def at_rest(page: Page, function: str = "() => 0", arg: object = None) -> object:
    """Wait until nothing of the page moves, no transition runs and ``function``, JavaScript's source, makes the same of
    ``arg`` for :data:`RESTING` frames; what that is."""
    return page.evaluate(
        f"""(arg) => new Promise((resolve, reject) => {{
          const made = {function};
          const moves = (each) => each.playState === "running" && each.effect?.getComputedTiming().endTime < Infinity;
          const end = performance.now() + {PATIENCE * 1000};
          let [before, frames] = ["", 0];
          const look = () => {{
            const value = made(arg);
            const now = JSON.stringify([value, scrollX, scrollY, innerWidth, innerHeight]);
            frames = now === before && !document.getAnimations().some(moves) ? frames + 1 : 0;
            before = now;
            if (frames >= {RESTING}) resolve(value);
            else if (performance.now() > end) reject(new Error("still moving: " + now));
            else requestAnimationFrame(look);
          }};
          look();
        }})""",
        arg,
    )


BOXES = """(selectors) => selectors.map((selector) => {
  const { x, y, width, height } = document.querySelector(selector).getBoundingClientRect();
  return { x, y, width, height };
})"""


def boxes(page: Page, *selectors: str) -> list[dict[str, float]]:
    """Where the first elements of these selectors lie in the window, once they stay there."""
    found = at_rest(page, BOXES, list(selectors))
    assert isinstance(found, list)
    return found


def resize(page: Page, width: int, height: int) -> None:
    """Make the page's window as large, and wait until the page has it and is painted in it."""
    page.set_viewport_size({"width": width, "height": height})
    until(
        page,
        """([width, height]) => document.documentElement.clientWidth === width &&
          document.documentElement.clientHeight === height""",
        [width, height],
    )
    painted(page)


def fits(page: Page, width: int | None = None) -> None:
    """Wait until nothing of the page lies beyond this width, by default its window's."""
    until(page, "(width) => document.documentElement.scrollWidth <= (width ?? innerWidth)", width)


def asked(page: Page, held: list[Route]) -> Route:
    """Wait until a request has come that a test's route holds back; take it out."""
    while not held:
        painted(page)
    return held.pop(0)


def trained(source: Locator, words: str) -> None:
    """Wait until a lesson says this where it tells of its runs, however long these take while it tells of progress."""
    said = source.text_content() or ""
    while words not in said:
        expect(source).not_to_have_text(said)
        said = source.text_content() or ""
