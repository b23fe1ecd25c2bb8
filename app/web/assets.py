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
    """Addresses of static files that change when the file does, so that browsers may keep them for ever."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.url = cache(self._url)

    def _url(self, path: str) -> str:
        digest = hashlib.sha256((self._root / path).read_bytes()).hexdigest()[:12]
        return f"/static/{path}?v={digest}"


class Static(StaticFiles):
    """A file asked for by its digest is kept for ever; any other is checked again each time (modules import each
    other by plain name)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response
