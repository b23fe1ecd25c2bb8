"""Waiting for what a page's scripts do."""

from playwright.sync_api import Page

PATIENCE = 60
"""Seconds: only a page that hangs takes longer, on however busy a machine."""


def until(page: Page, condition: str, arg: object = None) -> None:
    """Wait until ``condition``, a JavaScript function's source, holds of ``arg``. Looks once a frame.

    Not by ``page.wait_for_function``: where the condition does not hold at once it evaluates a string in the page,
    which our content security policy forbids.
    """
    page.evaluate(
        f"""(arg) => new Promise((resolve, reject) => {{
          const holds = {condition};
          const end = performance.now() + {PATIENCE * 1000};
          const look = () => {{
            if (holds(arg)) resolve();
            else if (performance.now() > end) reject(new Error("still not: " + holds));
            else requestAnimationFrame(look);
          }};
          look();
        }})""",
        arg,
    )
