"""The folder of the browser's libraries, as a build fills it."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build hook, without the program that runs it and with an npm that fetches nothing."""
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

    monkeypatch.setattr(hook, "run_npm", run_npm)
    return hook


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_is_no_longer_taken_goes(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, tmp_path)
    assert files(tmp_path) == {*build.VENDORED, build.STAMP}
    fewer = {path: source for path, source in build.VENDORED.items() if not path.startswith("fonts/")}
    monkeypatch.setattr(build, "VENDORED", fewer)
    build.fill(ROOT, tmp_path)
    assert files(tmp_path) == {*fewer, build.STAMP}
    assert not (tmp_path / "fonts").exists()


def test_what_is_there_is_not_fetched_again(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, tmp_path)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "library.js").write_text("")
    monkeypatch.setattr(build, "run_npm", lambda arguments, folder: pytest.fail("it asked npm"))
    build.fill(ROOT, tmp_path)
    assert files(tmp_path) == {*build.VENDORED, build.STAMP}


def test_a_failure_leaves_what_was_there(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build.fill(ROOT, tmp_path)
    before = files(tmp_path)

    def fails(arguments: list[str], folder: Path) -> None:
        raise RuntimeError("no registry")

    monkeypatch.setattr(build, "run_npm", fails)
    monkeypatch.setattr(build, "VENDORED", {"swagger-ui.css": "swagger-ui-dist/swagger-ui.css"})
    with pytest.raises(RuntimeError):
        build.fill(ROOT, tmp_path)
    assert files(tmp_path) == before
