"""The page's types are those of the server."""

import pytest

from scripts.javascript_types import FILE, text


def test_the_page_has_the_types_that_the_server_has_now() -> None:
    if FILE.read_text(encoding="utf-8") != text():
        pytest.fail(f"{FILE.name} is behind the Python types: run `python -m scripts.javascript_types`")
