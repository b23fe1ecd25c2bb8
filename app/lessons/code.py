"""Functions as pages show them: cut out of the source, and coloured. The module itself, which may need PyTorch, is
never imported."""

import ast
from collections.abc import Mapping
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer


def source(module: str, name: str) -> str:
    """The function's own lines, without its annotations of types: pages show what it does. Raises KeyError."""
    text = _path(module).read_text(encoding="utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return _without_types(node, text)
    raise KeyError(f"{module} has no function {name}")


def html(module: str, name: str, points: Mapping[str, str] | None = None) -> str:
    """A ``<pre>`` whose parts have the classes of Pygments' short names. It takes the focus, so that keys scroll it; so
    do the names and negative numbers among ``points``, which have theirs as ``data-point``. Raises KeyError for one
    that is not in it."""
    made = _coloured(module, name)
    for each, point in (points or {}).items():
        plain = _negative(each) if each.startswith("-") else f'<span class="n">{escape(each)}</span>'
        if plain not in made:
            raise KeyError(f"{name} has no {each}")
        kind = 'class="n" ' if plain.startswith('<span class="n">') else ""
        inside = escape(each) if kind else plain
        made = made.replace(plain, f'<span {kind}data-point="{escape(point)}" tabindex="0">{inside}</span>')
    return made


def _negative(number: str) -> str:
    return f'<span class="o">-</span><span class="mi">{escape(number[1:])}</span>'


@cache
def _coloured(module: str, name: str) -> str:
    formatter = HtmlFormatter(cssclass="code", wrapcode=True)
    made = str(highlight(source(module, name), PythonLexer(stripall=True), formatter))
    return made.replace("<pre>", f'<pre tabindex="0" role="group" aria-label="{name}">', 1)


def _path(module: str) -> Path:
    package, _, last = module.rpartition(".")
    spec = find_spec(package)  # imports no more than the package, which is empty
    if spec is None or not spec.submodule_search_locations:
        raise KeyError(f"there is no package {package}")
    return Path(spec.submodule_search_locations[0]) / f"{last}.py"


def _without_types(node: ast.FunctionDef, text: str) -> str:
    """The body stays as it is written; the head is written anew, on one line."""
    arguments = node.args
    for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        each.annotation = None
    head = f"def {node.name}({ast.unparse(arguments)}):"
    lines = text.splitlines()[node.body[0].lineno - 1 : node.end_lineno]
    return "\n".join([head, *(line.split("  # type:")[0] for line in lines)]) + "\n"
