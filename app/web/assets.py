"""Where the pages and their files lie: inside the installed package, or beside it in a checkout."""

import hashlib
from functools import cache
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

import app


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

    def url(self, file: str) -> str:
        return self._root + self.path(file)

    def _path(self, file: str) -> str:
        """The address below the root, for scripts, which know where that is."""
        digest = hashlib.sha256((self._files / file).read_bytes()).hexdigest()[:12]
        return f"/static/{file}?v={digest}"


class Static(StaticFiles):
    """A file asked for by its digest is kept for ever; any other is checked again each time (modules import each
    other by plain name)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response
