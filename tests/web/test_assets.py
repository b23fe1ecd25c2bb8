"""Static files: held in memory, checked by digest or date, and none from outside their folder."""

import os
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from app.web.assets import Assets, Static, folder
from tests.conftest import Server


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "js" / "pages").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (root / "js" / "pages" / "page.js").write_text('import { a } from "../a.js";\nimport {\n  b,\n} from "../b.js";\n')
    (root / "js" / "a.js").write_text('/** @import { C } from "./c.js" */\nexport { b } from "./b.js";\n')
    (root / "js" / "b.js").write_text('import { a } from "./a.js";\nconst said = "import x from";\n')
    return root


async def ask(files: Path, path: str, **headers: str) -> httpx.Response:
    app = Starlette(routes=[Mount("/static", Static(files))])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        return await client.get(path, headers=headers)


@pytest.mark.anyio
async def test_a_file_asked_for_by_its_digest_is_kept_and_another_checked_again(files: Path) -> None:
    plain = await ask(files, "/static/js/a.js")
    assert (plain.status_code, plain.headers["cache-control"]) == (200, "no-cache")
    assert plain.headers["content-type"].startswith("text/javascript")
    kept = await ask(files, Assets(files, "").url("js/a.js"))
    assert "immutable" in kept.headers["cache-control"]
    again = await ask(files, "/static/js/a.js", **{"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.anyio
async def test_a_file_that_has_changed_is_read_again(files: Path) -> None:
    static = Static(files)
    transport = httpx.ASGITransport(app=Starlette(routes=[Mount("/static", static)]))
    async with httpx.AsyncClient(transport=transport, base_url="http://server") as client:
        before = await client.get("/static/js/a.js")
        (files / "js" / "a.js").write_text("other")
        os.utime(files / "js" / "a.js", ns=(1, 1))
        after = await client.get("/static/js/a.js", headers={"if-none-match": before.headers["etag"]})
        (files / "js" / "a.js").unlink()
        gone = await client.get("/static/js/a.js")
    assert (after.status_code, after.text, gone.status_code) == (200, "other", 404)


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["js", "js/", "none.js", "%2e%2e/secret.txt", "js/%2e%2e/%2e%2e/secret.txt", "a%00b"])
async def test_what_is_no_file_of_the_folder_is_not_there(files: Path, path: str) -> None:
    assert (await ask(files, f"/static/{path}")).status_code == 404


@pytest.mark.anyio
async def test_a_link_out_of_the_folder_is_not_followed(files: Path) -> None:
    (files / "link.txt").symlink_to(files.parent / "secret.txt")
    assert (await ask(files, "/static/link.txt")).status_code == 404


def test_modules_are_all_that_a_script_imports(files: Path) -> None:
    assert Assets(files, "/root").modules("js/pages/page.js") == ["/root/static/js/a.js", "/root/static/js/b.js"]


@pytest.mark.parametrize("page", ["dashboard", "runs", "draw"])
def test_a_page_names_its_modules_at_once(server: Server, page: str) -> None:
    html = httpx.get(f"{server.url}/{'' if page == 'dashboard' else page}").text
    named = re.findall(r'rel="modulepreload" href="([^"]+)"', html)
    assert named == Assets(folder("static"), "").modules(f"js/pages/{page}.js")
    assert len(named) > 10
    assert all(httpx.get(server.url + module).status_code == 200 for module in named)
