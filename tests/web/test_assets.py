"""Static files: one version for all in their addresses, compressed, and none from outside their folder."""

import gzip
import posixpath
import re
import shutil
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.web.assets import Assets, folder
from scripts.bundle import bundle
from tests.conftest import Server

NODE_MODULES = Path(__file__).parent.parent.parent / "node_modules"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "static"
    (root / "js" / "pages").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (root / "js" / "pages" / "page.js").write_text('import { a } from "../a.js";\nimport {\n  b,\n} from "../b.js";\n')
    (root / "js" / "a.js").write_text(
        '/** @import { C } from "./c.js" */\nexport { b } from "./b.js";\nimport("./late.js");\n'
    )
    (root / "js" / "b.js").write_text('import { a } from "./a.js";\nimport "./d.js";\nconst said = "import x from";\n')
    (root / "js" / "d.js").write_text("// This one has nothing to say, and says it again.\n" * 50)
    (root / "letters.woff2").write_bytes(b"wOF2")
    (root / "out").symlink_to(tmp_path)
    return root


def client(assets: Assets) -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/static/{path:path}", assets.answer)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://server")


@pytest.mark.anyio
async def test_a_file_asked_for_by_its_version_is_kept_and_another_checked_again(files: Path) -> None:
    assets = Assets(files, "")
    async with client(assets) as browser:
        kept = await browser.get(assets.current().url("js/a.js"))
        assert (kept.status_code, "immutable" in kept.headers["cache-control"]) == (200, True)
        assert kept.headers["content-type"].startswith("text/javascript")
        for path in ("/static/js/a.js", "/static/0123456789ab/js/a.js"):
            plain = await browser.get(path)
            assert (plain.text, plain.headers["cache-control"]) == (kept.text, "no-cache")
            again = await browser.get(path, headers={"if-none-match": plain.headers["etag"]})
            assert (again.status_code, again.content) == (304, b"")


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [("gzip, deflate, br", True), ("br;q=1, gzip;q=0.5", True), ("gzip;q=0, br", False), ("identity", False)],
)
async def test_it_is_compressed_where_that_is_taken(files: Path, accepted: str, compressed: bool) -> None:
    text = (files / "js" / "d.js").read_bytes()
    async with client(Assets(files, "")) as browser:
        asked = browser.stream("GET", "/static/js/d.js", headers={"accept-encoding": accepted})
        async with asked as answer:
            body = b"".join([piece async for piece in answer.aiter_raw()])
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.headers.get("content-encoding") == ("gzip" if compressed else None)
        assert (gzip.decompress(body) if compressed else body) == text
        assert (len(body) < len(text)) == compressed
        font = await browser.get("/static/letters.woff2", headers={"accept-encoding": accepted})
    assert (font.content, "content-encoding" in font.headers, "vary" in font.headers) == (b"wOF2", False, False)


@pytest.mark.anyio
async def test_a_change_of_one_file_is_seen_and_makes_the_addresses_of_all_anew(files: Path) -> None:
    assets = Assets(files, "")
    before = assets.current()
    assert assets.current() is before
    async with client(assets) as browser:
        first = await browser.get(before.url("js/a.js"))
        (files / "js" / "a.js").write_text("other")
        (files / "js" / "b.js").unlink()
        after = assets.current()
        assert after.url("js/d.js") != before.url("js/d.js")
        old = await browser.get(before.url("js/a.js"), headers={"if-none-match": first.headers["etag"]})
        assert (old.status_code, old.text, old.headers["cache-control"]) == (200, "other", "no-cache")
        assert (await browser.get(after.url("js/d.js"))).status_code == 200
        assert (await browser.get("/static/js/b.js")).status_code == 404
    with pytest.raises(FileNotFoundError):
        after.url("js/b.js")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "path", ["js", "js/", "none.js", "%2e%2e/secret.txt", "js/%2e%2e/%2e%2e/secret.txt", "a%00b", "out/secret.txt"]
)
async def test_what_is_no_file_of_the_folder_is_not_there(files: Path, path: str) -> None:
    async with client(Assets(files, "")) as browser:
        assert (await browser.get(f"/static/{path}")).status_code == 404


def test_a_page_names_what_its_scripts_import_but_not_what_waits(files: Path) -> None:
    tree = Assets(files, "/root").current()
    scripts = (
        f'<script src="{tree.url("js/d.js")}"></script><script type="module" src="{tree.url("js/pages/page.js")}">'
    )
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', tree.preloads(scripts))
    assert named == [tree.url(f"js/{name}.js") for name in "abd"]


@pytest.mark.anyio
async def test_a_bundle_stands_for_a_script_until_one_is_changed(files: Path) -> None:
    (files / "js" / "late.js").write_text("")
    (files / "js" / "pages" / "page.js").write_text('import { a } from "../d.js";\nconsole.log(a);\n')
    (files / "js" / "d.js").write_text("export const a = 37;\n")
    (files / "js" / "b.js").write_text("export const b = 3;\n")
    (files / "js" / "a.js").write_text('export { b } from "./b.js";\n')
    bundle(files, NODE_MODULES)
    assets = Assets(files, "")
    tree = assets.current()
    assert tree.imports("js/pages/page.js") == []
    async with client(assets) as browser:
        bundled = await browser.get(tree.url("js/pages/page.js"))
        assert ("37" in bundled.text, "import" in bundled.text) == (True, False)
        assert (await browser.get(tree.url("js/d.js"))).text == "export const a = 37;\n"
        assert (await browser.get("/static/bundles/pages/page.js")).status_code == 404

        (files / "js" / "d.js").write_text("export const a = 73;\n")
        changed = assets.current()
        assert changed.imports("js/pages/page.js") == ["js/d.js"]
        assert "import" in (await browser.get(changed.url("js/pages/page.js"))).text


@pytest.mark.parametrize("page", ["stage", "runs", "draw", "docs"])
def test_without_bundles_a_page_names_its_modules_at_once(page: str, tmp_path: Path) -> None:
    shutil.copytree(folder("static") / "js", tmp_path / "js")
    tree = Assets(tmp_path, "").current()
    entry = tree.url(f"js/pages/{page}.js")
    named = re.findall(r'href="([^"]+)"', tree.preloads(f'<script type="module" src="{entry}">'))
    assert len(named) > 5
    for address in [entry, *named]:
        text = tree.files[address.removeprefix(f"/static/{tree.version}/")].body.decode()
        for imported in re.findall(r'^(?:import|export) [^;]*?from "(\.[^"]+)";', text, re.MULTILINE):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(address), imported)) in named


@pytest.mark.parametrize("path", ["/", "/runs", "/compare", "/draw", "/docs", "/lessons", "/lessons/sigmoid"])
def test_a_page_has_its_script_as_one_file(server: Server, path: str) -> None:
    """After ``make``, or ``python scripts/bundle.py static node_modules``."""
    with server.client() as browser:
        html = browser.get(path).text
        (script,) = (re.search(r'src="([^"]+)"', tag) for tag in re.findall(r'<script [^>]*type="module"[^>]*>', html))
        assert script is not None
        answer = browser.get(script[1])
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
        assert not re.search(r"^(?:import|export)\b", answer.text, re.MULTILINE)
        assert "modulepreload" not in html
