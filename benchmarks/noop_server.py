"""The server with one more route, which does nothing: what FastAPI and uvicorn cost by themselves."""

from fastapi import FastAPI

from app.main import create_app
from app.serving import run
from app.settings import Settings


def with_noop(settings: Settings) -> FastAPI:
    app = create_app(settings)

    @app.post("/noop")
    async def noop() -> dict[str, str]:
        return {}

    app.routes.insert(0, app.routes.pop())  # routes are tried in order
    return app


if __name__ == "__main__":
    run(Settings(), with_noop)
