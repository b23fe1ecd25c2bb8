"""Waiting for what a page shows, with an end."""

from typing import Any

from playwright.sync_api import Page

EVERY = 100
"""Milliseconds between two looks: few enough to cost the page nothing."""


def until(page: Page, condition: str, arg: object = None, *, patience: float, otherwise: str) -> Any:
    """What ``condition``, a JavaScript function's source, gives of ``arg`` once that is neither false nor null.

    Raises TimeoutError with the words ``otherwise`` after ``patience`` seconds. Not by ``page.wait_for_function``: it
    evaluates a string in the page, which our content security policy forbids, and waits for ever.
    """
    found = page.evaluate(
        f"""async ([arg, patience]) => {{
          const end = performance.now() + 1000 * patience;
          for (;;) {{
            const found = ({condition})(arg);
            if (found || performance.now() > end) return found || null;
            await new Promise((resolve) => setTimeout(resolve, {EVERY}));
          }}
        }}""",
        [arg, patience],
    )
    if found is None:
        raise TimeoutError(f"{otherwise} (after {patience:.0f} s)")
    return found
