"""Where the pages and their files lie: inside the installed package, or beside it in a checkout."""

import hashlib
import mimetypes
import os
import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import app

IMPORT = re.compile(r'^(?:import|export)\b[^"\';]*?\bfrom\s+"(\.[^"]+)"', re.MULTILINE)
"""Names a module's imports, as this project writes them: by relative path, in double quotes."""


def folder(name: str) -> Path:
    """``static`` or ``templates``. Raises FileNotFoundError when the package was built without it."""
    package = Path(app.__file__).parent
    for place in (package / name, package.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"{name}/ is neither in {package} nor beside it: install the package again")


class Assets:
    """Addresses of static files that change when the file does, so that browsers may keep them for ever. ``root``
    stands before all of them."""

    def __init__(self, files: Path, root: str) -> None:
        self._files, self._root = files, root
        self.path = cache(self._path)
        self._imports = cache(self._list_imports)

    def url(self, file: str) -> str:
        return self._root + self.path(file)

    def modules(self, entry: str) -> list[str]:
        """The addresses of all modules that a script imports, and those import: a browser told of them at once need not
        find them one behind the other."""
        return [f"{self._root}/static/{file}" for file in self._imports(entry)]

    def _list_imports(self, entry: str) -> list[str]:
        found: dict[str, None] = {}
        waiting = [entry]
        while waiting:
            file = waiting.pop(0)
            for name in IMPORT.findall((self._files / file).read_text(encoding="utf-8")):
                imported = posixpath.normpath(posixpath.join(posixpath.dirname(file), name))
                if imported not in found:
                    found[imported] = None
                    waiting.append(imported)
        return list(found)

    def _path(self, file: str) -> str:
        """The address below the root, for scripts, which know where that is."""
        digest = hashlib.sha256((self._files / file).read_bytes()).hexdigest()[:12]
        return f"/static/{file}?v={digest}"


class Static(StaticFiles):
    """A file asked for by its digest is kept for ever; any other is checked again each time (modules import each
    other by plain name). Files are held in memory, some 2 MB, since a page asks for sixty at once; one that has changed
    is read again."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self._root = str(directory.resolve()) + os.sep
        self._files: dict[str, _File] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        found = self._file(path)
        headers = {"ETag": found.etag}
        kept = b"v=" in scope["query_string"]
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        if found.etag in Headers(scope=scope).get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found.body, media_type=found.type, headers=headers)

    def _file(self, path: str) -> "_File":
        """Raises HTTPException 404."""
        try:
            full = os.path.realpath(os.path.join(self._root, path))
            if not full.startswith(self._root):
                raise FileNotFoundError
            about = os.stat(full)
            state = about.st_mtime_ns, about.st_size
            found = self._files.get(full)
            if found is None or found.state != state:
                found = self._files[full] = _File.read(Path(full), state)
        except (OSError, ValueError):
            raise HTTPException(404) from None
        return found


@dataclass(frozen=True)
class _File:
    body: bytes
    type: str
    etag: str
    state: tuple[int, int]
    """When it was changed, and its size."""

    @classmethod
    def read(cls, file: Path, state: tuple[int, int]) -> Self:
        body = file.read_bytes()
        type, _ = mimetypes.guess_type(file.name)
        return cls(body, type or "application/octet-stream", f'"{hashlib.sha256(body).hexdigest()[:16]}"', state)
