"""What the repository promises about itself: pins, locks, and a README that keeps up with the code."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from app.settings import Settings

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NPM = "https://registry.npmjs.org/"
README = (ROOT / "README.md").read_text()


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_direct_dependency_has_a_tested_version() -> None:
    lines = (line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#"))
    pinned = {normal(line.partition("==")[0]) for line in lines}
    ranges = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    wanted = {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in ranges}  # type: ignore[index]
    assert wanted - pinned == set()


def test_the_lock_names_no_registry_but_npms_own() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert packages.pop("")["name"] == "threeseven"
    for name, package in packages.items():
        assert package["integrity"].startswith("sha512-"), name
        assert package.get("resolved", NPM).startswith(NPM), name


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_readme_tells_every_setting_and_its_default(name: str) -> None:
    row = re.search(rf"^\| .*`THREESEVEN_{name.upper()}` \| (.*?) \|", README, re.MULTILINE)
    assert row is not None, f"THREESEVEN_{name.upper()} is missing from the README's table"
    default = Settings.model_fields[name].default
    if isinstance(default, bool | int | str):
        assert row[1] == (f"`{str(default).lower()}`" if default != "" else "–")


def test_what_the_readme_links_to_is_there() -> None:
    linked = {path for path in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in path}
    assert {path for path in linked if not (ROOT / path).exists()} == set()


def test_coverage_leaves_no_file_of_the_app_out() -> None:
    """What one of the two measurements omits the other includes."""
    several = tomllib.loads((ROOT / "tests" / "cluster" / "coverage.toml").read_text())["tool"]["coverage"]
    one = PROJECT["tool"]["coverage"]
    assert one["report"]["omit"] == several["run"]["include"]
    assert all((ROOT / file).exists() for file in several["run"]["include"])
    assert one["report"]["fail_under"] == several["report"]["fail_under"] == 90
