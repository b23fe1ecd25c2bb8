"""The layers of the house: a module imports only from below, and the web process stays free of torch."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
VOCABULARY = {
    "app",
    "app.capacity",
    "app.checkpoint",
    "app.cluster",
    "app.controls",
    "app.drawing",
    "app.entry",
    "app.events",
    "app.experiments",
    "app.presets",
    "app.recipe",
    "app.record",
    "app.recording",
    "app.resumption",
    "app.run",
    "app.settings",
    "app.storage",
    "app.sweep",
}
WEB = {"fastapi", "limits", "prometheus_client", "starlette", "uvicorn", "uvloop", "websockets"}
DATABASE = {"alembic", "sqlalchemy"}
PROCESS = {"asyncio", "multiprocessing", "subprocess"}
TORCH = {"torch", "torchvision"}
CLUSTER = {"httpx", "redis"}
RAY = {"ray"}

# Folder or module → what of `app` it may import, besides itself, and what from outside it may not.
LAYERS: dict[str, tuple[set[str], set[str]]] = {
    **{
        module: (VOCABULARY, WEB | DATABASE | PROCESS | TORCH | {"numpy", "PIL", "safetensors", "rich", "typer"})
        for module in VOCABULARY
    },
    "app.data": (set(), WEB | DATABASE | PROCESS | TORCH),
    "app.formats": (VOCABULARY, WEB | DATABASE | PROCESS | TORCH),
    "app.learning": (VOCABULARY | {"app.data"}, WEB | DATABASE | PROCESS),
    "app.handwriting": (VOCABULARY, WEB | DATABASE | PROCESS | TORCH),
    "app.history": (VOCABULARY, WEB | TORCH),
    "app.lessons": (VOCABULARY | {"app.formats", "app.handwriting"}, WEB | DATABASE | PROCESS | TORCH),
    "app.running": (VOCABULARY | {"app.history"}, WEB | DATABASE | TORCH | RAY),
    "app.running.cluster": (VOCABULARY | {"app.running"}, WEB | DATABASE | TORCH),
    "app.running.worker": (VOCABULARY | {"app.learning", "app.running"}, WEB | DATABASE),
    "app.web": (
        VOCABULARY | {"app.data", "app.formats", "app.handwriting", "app.history", "app.lessons", "app.running"},
        TORCH | RAY,
    ),
    "app.main": (VOCABULARY | {"app.handwriting", "app.history", "app.lessons", "app.running", "app.web"}, TORCH),
    "app.serving": (VOCABULARY | {"app.history", "app.main", "app.running", "app.web"}, TORCH),
    "app.terminal": (VOCABULARY | {"app.learning"}, WEB | DATABASE),
    "app.reading_files": (VOCABULARY | {"app.handwriting", "app.history"}, WEB | PROCESS | TORCH),
    "app.command_line": (
        VOCABULARY | {"app.handwriting", "app.learning", "app.reading_files", "app.serving", "app.terminal"},
        TORCH,
    ),
    "app.__main__": ({"app.command_line"}, TORCH),
}
# Most of these import torch, so they are for processes that train: the worker, and `threeseven train`. The command line
# imports what it needs of them only once it is asked for.
TRAINING = {"app.learning", "app.running.worker", "app.terminal"}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted((ROOT / "app").rglob("*.py"))}


def inside(module: str, package: str) -> bool:
    return module == package or (package != "app" and module.startswith(package + "."))


def layer(module: str) -> str | None:
    """The most particular entry of LAYERS that this module belongs to."""
    return max((entry for entry in LAYERS if inside(module, entry)), key=len, default=None)


def imports(module: str, *, nested: bool = True) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that this one imports; ``nested``: inside functions too."""
    path = MODULES[module]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree) if nested else at_import(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*base, *([source] if source else [])])
            for alias in node.names:
                name = f"{source}.{alias.name}"
                yield node.lineno, name if name in MODULES else source


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: not the bodies of functions, not blocks for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_import(child)


def test_imports_only_from_layers_below() -> None:
    wrong = [*wrong_imports()]
    assert not wrong, "\n".join(wrong)


def wrong_imports() -> Iterator[str]:
    for module, path in MODULES.items():
        entry = layer(module)
        if entry is None:
            yield f"{module} belongs to no layer: give it one in {Path(__file__).name}, or move it"
            continue
        allowed, forbidden = LAYERS[entry]
        for line, name in imports(module):
            where = f"{path.relative_to(ROOT)}:{line} imports {name}"
            top = name.partition(".")[0]
            if top in forbidden:
                yield f"{where}, which {entry} does without"
            elif top == "app" and not any(inside(name, each) for each in (entry, *allowed)):
                yield f"{where}; {entry} may import only from {', '.join(sorted(allowed))}"


def test_no_module_imports_another_in_a_circle() -> None:
    graph = {
        module: {name for _, name in imports(module, nested=False) if name in MODULES} - {module} for module in MODULES
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail("imports run in a circle: " + " → ".join(error.args[1]))


def test_only_what_trains_imports_the_learner() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}, which brings torch into this process"
        for module, path in MODULES.items()
        if not any(inside(module, own) for own in TRAINING)
        for line, name in imports(module, nested=module != "app.command_line")
        if any(inside(name, own) for own in TRAINING)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_web_process_imports_neither_torch_nor_what_a_cluster_needs() -> None:
    program = """
import sys
import app.command_line, app.serving
from app.main import create_app
from app.settings import Settings

create_app(Settings(engine="ray"))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert not (TORCH | CLUSTER | RAY) & set(done.stdout.split())
