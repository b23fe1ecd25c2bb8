"""The folders of the browser's libraries and of the pages' bundles, as a build fills them."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build hook, without the program that runs it and with an npm that takes the bundler from the checkout and
    makes the rest up."""
    interface = ModuleType("interface")
    interface.BuildHookInterface = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "hatchling.builders.hooks.plugin.interface", interface)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)

    def run_npm(arguments: list[str], folder: Path) -> None:
        for source in hook.VENDORED.values():
            (folder / "node_modules" / source).parent.mkdir(parents=True, exist_ok=True)
            (folder / "node_modules" / source).write_text(source)
        (folder / "node_modules" / "@esbuild").symlink_to(ROOT / "node_modules" / "@esbuild")

    monkeypatch.setattr(hook, "run_npm", run_npm)
    return hook


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """With a page's script that imports another."""
    for name, text in (
        ("pages/page.js", 'import { a } from "../a.js";\nconsole.log(a);\n'),
        ("a.js", "export const a = 37;\n"),
    ):
        (tmp_path / "js" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "js" / name).write_text(text)
    return tmp_path


def made(static: Path) -> set[str]:
    """What a build has put there."""
    paths = (path.relative_to(static) for path in static.rglob("*") if path.is_file())
    return {path.as_posix() for path in paths if path.parts[0] != "js"}


def expected(build: ModuleType) -> set[str]:
    vendored = {f"vendor/{path}" for path in (*build.VENDORED, build.STAMP)}
    return vendored | {"bundles/manifest.json", "bundles/pages/page.js"}


def test_what_is_no_longer_taken_goes(build: ModuleType, static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, static)
    assert made(static) == expected(build)
    fewer = {path: source for path, source in build.VENDORED.items() if not path.startswith("fonts/")}
    monkeypatch.setattr(build, "VENDORED", fewer)
    build.fill(ROOT, static)
    assert made(static) == expected(build)
    assert not (static / "vendor" / "fonts").exists()


def test_what_is_there_is_not_fetched_again(build: ModuleType, static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, static)
    (static / "vendor" / "old").mkdir()
    (static / "vendor" / "old" / "library.js").write_text("")
    monkeypatch.setattr(build, "run_npm", lambda arguments, folder: pytest.fail("it asked npm"))
    build.fill(ROOT, static)
    assert made(static) == expected(build)


def test_a_script_that_was_changed_is_bundled_anew(build: ModuleType, static: Path) -> None:
    build.fill(ROOT, static)
    (static / "js" / "a.js").write_text("export const a = 73;\n")
    build.fill(ROOT, static)
    assert "73" in (static / "bundles" / "pages" / "page.js").read_text()


def test_a_script_that_was_renamed_is_bundled_anew(build: ModuleType, static: Path) -> None:
    build.fill(ROOT, static)
    (static / "js" / "pages" / "page.js").rename(static / "js" / "pages" / "other.js")
    build.fill(ROOT, static)
    assert {path.name for path in (static / "bundles").rglob("*.js")} == {"other.js"}


def test_a_failure_leaves_what_was_there(build: ModuleType, static: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, static)
    before = made(static)

    def fails(arguments: list[str], folder: Path) -> None:
        raise RuntimeError("no registry")

    with monkeypatch.context() as broken:
        broken.setattr(build, "run_npm", fails)
        broken.setattr(build, "VENDORED", {"swagger-ui.css": "swagger-ui-dist/swagger-ui.css"})
        with pytest.raises(RuntimeError):
            build.fill(ROOT, static)
    assert made(static) == before

    (static / "js" / "pages" / "page.js").write_text("import nothing")
    with pytest.raises(RuntimeError, match=r"page\.js"):
        build.fill(ROOT, static)
    assert made(static) == before
