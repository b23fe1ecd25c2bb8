"""What the command line offers, beside what the server's settings are."""

import re

import pytest
from click import Option
from typer.main import get_command

from app.command_line import cli
from app.settings import Settings

SERVE = get_command(cli).commands["serve"]  # type: ignore[attr-defined]
OPTIONS = [each for each in SERVE.params if each.name != "help"]


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: str(option.name))
def test_an_option_of_serve_is_a_setting_with_the_default_that_its_help_names(option: Option) -> None:
    default = Settings.model_fields[str(option.name)].default
    assert option.opts == ["--" + str(option.name).replace("_", "-")]
    assert option.default is None, "what is not given leaves the word to the environment"
    named = re.search(r"\[(.+)\]$", option.help or "")
    if default not in (None, "", False):
        assert named is not None
        assert named[1] == (option.opts[0] if default is True else str(default))
    else:
        assert named is None or named[1] not in ("0", "1", "None")
