"""What goes past FastAPI is treated as all else is."""

from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.main import create_app
from app.settings import Settings
from app.web.predict import Predict

pytestmark = pytest.mark.anyio

STRICT = "default-src 'self'"


def client(folder: Path, **settings: str) -> httpx.AsyncClient:
    """Of an app whose services are not open: what they are asked for ends in an error."""
    app = create_app(Settings(data_dir=folder, **settings))  # type: ignore[arg-type]
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://localhost"
    )


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> None:
    async def answer(_: Predict, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    monkeypatch.setattr(Predict, "__call__", answer)


@pytest.mark.usefixtures("answering")
@pytest.mark.parametrize("path", ["/predict", "/predict/", "/below/predict", "/below/predict/"])
async def test_it_is_answered_below_another_path_too(tmp_path: Path, path: str) -> None:
    async with client(tmp_path, root_path="/below") as http:
        answer = await http.post(path)
    assert (answer.status_code, answer.text) == (200, path.removeprefix("/below"))
    assert answer.headers["content-security-policy"].startswith(STRICT)
    assert answer.headers.get_list("x-frame-options") == ["SAMEORIGIN"]


@pytest.mark.usefixtures("answering")
async def test_strangers_are_refused_there(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        foreign = await http.post("/predict", headers={"origin": "https://elsewhere.example"})
        unknown = await http.post("/predict", headers={"host": "elsewhere.example"})
        cross = await http.post("/predict", headers={"sec-fetch-site": "cross-site"})
    assert [foreign.status_code, unknown.status_code, cross.status_code] == [403, 421, 403]
    assert all(each.headers["content-security-policy"].startswith(STRICT) for each in (foreign, unknown, cross))


@pytest.mark.usefixtures("answering")
async def test_another_method_goes_the_usual_way(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        answer = await http.get("/predict")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_an_error_there_is_a_problem_document(tmp_path: Path) -> None:
    async with client(tmp_path) as http:
        answer = await http.post("/predict", content=bytes(784), headers={"content-type": "application/octet-stream"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"].startswith(STRICT)
