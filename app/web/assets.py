"""Where the pages and their files lie, and how browsers get the files: from memory, compressed, and each only once."""

import gzip
import hashlib
import json
import mimetypes
import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

import app
from app.web.gzipped import accepts_gzip

TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
"""What is compressed, too. Not by ``mimetypes``, which asks the system: on Windows a script may be ``text/plain``."""

VERSION = re.compile(r"[0-9a-f]{12}(?=/)")
"""Stands before the files in their addresses. They import each other by relative addresses, so that one for all makes
each change with any of them."""

IMPORTED = re.compile(r'^(?:import|export)\b(?:[^"\';]*?\bfrom)?\s*"(\.[^"]+)"', re.MULTILINE)
"""A module's imports as this project writes them, without those of its comments and those that wait until needed."""

BUNDLES = "bundles/"
"""Stands before the bundles' names in the folder. A browser gets them at the addresses of the scripts they replace."""

MODULE = re.compile(r'<script\b[^>]*\btype="module"[^>]*>')
SOURCE = re.compile(r'\bsrc="[^"]*?/static/[0-9a-f]{12}/([^"]+)"')


def folder(name: str) -> Path:
    """``static`` or ``templates``. Raises FileNotFoundError when the package was built without it."""
    package = Path(app.__file__).parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{name}/ is neither in {package} nor beside it: install the package again")


@dataclass(frozen=True)
class File:
    body: bytes
    suffix: str

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @cached_property
    def type(self) -> str:
        return TYPES.get(self.suffix) or mimetypes.guess_type(f"a{self.suffix}")[0] or "application/octet-stream"

    @cached_property
    def compressed(self) -> bytes | None:
        """When it is first asked for: for all of them it would take a start 0.2 s."""
        return gzip.compress(self.body, mtime=0) if self.suffix in TYPES else None


class Tree:
    """The files of a folder as they were when it was read: some 5 MB. ``root`` stands before their addresses.

    At the address of a page's script stands its bundle, which imports nothing, as long as no script has been changed
    since the bundles were made (``scripts/bundle.py``).
    """

    def __init__(self, folder: Path, root: str) -> None:
        self.stamp, self._root = _stamp(folder), root
        paths = sorted(Path(path) for path, _, _ in self.stamp)
        files = {path.relative_to(folder).as_posix(): File(path.read_bytes(), path.suffix) for path in paths}
        self.files = _with_bundles(files)
        digests = "".join(f"{name} {file.digest}\n" for name, file in self.files.items())
        self.version = hashlib.sha256(digests.encode()).hexdigest()[:12]

    def path(self, file: str) -> str:
        """The address below the root, for scripts, which know where that is. Raises FileNotFoundError."""
        if file not in self.files:
            raise FileNotFoundError(f"there is no static/{file}")
        return f"/static/{self.version}/{file}"

    def url(self, file: str) -> str:
        return self._root + self.path(file)

    def imports(self, entry: str) -> list[str]:
        """All modules that a script imports, and those import, but itself."""
        found = {entry: None}
        for file in _growing(found):
            for name in IMPORTED.findall(self.files[file].body.decode()):
                found[posixpath.normpath(posixpath.join(posixpath.dirname(file), name))] = None
        return list(found)[1:]

    def preloads(self, scripts: str) -> Markup:
        """Names, for a page's head, all that its module scripts import: a browser that is told of them at once need not
        find them one behind the other."""
        entries = [entry for tag in MODULE.findall(scripts) for entry in SOURCE.findall(tag)]
        modules = dict.fromkeys(module for entry in entries for module in self.imports(entry))
        link = Markup('<link rel="modulepreload" href="{}">')
        return Markup("\n").join(link.format(self.url(module)) for module in modules)


def _with_bundles(files: dict[str, File]) -> dict[str, File]:
    others = {name: file for name, file in files.items() if not name.startswith(BUNDLES)}
    manifest = files.get(f"{BUNDLES}manifest.json")
    scripts = {name: file.digest for name, file in others.items() if name.startswith("js/") and file.suffix == ".js"}
    if manifest is None or json.loads(manifest.body)["sources"] != scripts:
        return others
    bundles = {f"js/{name.removeprefix(BUNDLES)}": file for name, file in files.items() if name.startswith(BUNDLES)}
    return others | {name: file for name, file in bundles.items() if name in scripts}


class Assets:
    """The static files and their addresses, which change with them: browsers keep each for ever."""

    def __init__(self, files: Path, root: str) -> None:
        self._folder, self._root = files, root
        self._tree = Tree(files, root)

    def current(self) -> Tree:
        """Read anew where a file has changed, as one that somebody works on."""
        if _stamp(self._folder) != self._tree.stamp:
            self._tree = Tree(self._folder, self._root)
        return self._tree

    def for_page(self, _: Request) -> dict[str, Any]:
        """What templates call for addresses."""
        tree = self.current()
        return {"asset": tree.url, "asset_path": tree.path, "preloads": tree.preloads}

    async def answer(self, request: Request) -> Response:
        """A file asked for by another version, or by none, is the present one, and asked for anew each time."""
        path: str = request.path_params["path"]
        version = VERSION.match(path)
        tree = self._tree if version else self.current()
        file = tree.files.get(path[13:] if version else path)
        if file is None:
            raise HTTPException(404)
        kept = version is not None and version[0] == tree.version
        return _answer(file, request, "public, max-age=31536000, immutable" if kept else "no-cache")


def _answer(file: File, request: Request, cache: str) -> Response:
    compressed = file.compressed if accepts_gzip(request) else None
    etag = f'"{file.digest[:16]}{"" if compressed is None else "-gzip"}"'
    headers = {"ETag": etag, "Cache-Control": cache}
    if file.suffix in TYPES:
        headers["Vary"] = "Accept-Encoding"
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if compressed is not None:
        headers["Content-Encoding"] = "gzip"
    return Response(file.body if compressed is None else compressed, media_type=file.type, headers=headers)


def _stamp(folder: str | Path) -> list[tuple[str, int, int]]:
    """Of every file its path, when it was changed and its size. It takes a millisecond. Links to folders lead out."""
    found = []
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            found += _stamp(entry.path)
        elif entry.is_file():
            about = entry.stat()
            found.append((entry.path, about.st_mtime_ns, about.st_size))
    return found


def _growing(found: Mapping[str, None]) -> Iterable[str]:
    """Each name, also of those that come to it meanwhile."""
    at = 0
    while at < len(found):
        yield list(found)[at]
        at += 1
