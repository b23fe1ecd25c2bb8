"""The server with one more route, which does nothing: what FastAPI and uvicorn cost by themselves."""

from typing import TYPE_CHECKING

from app.command_line import set_libraries

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.settings import Settings


def with_noop(settings: "Settings") -> "FastAPI":
    from app.main import create_app

    app = create_app(settings)

    @app.post("/noop")
    async def noop() -> dict[str, str]:
        return {}

    app.routes.insert(0, app.routes.pop())  # routes are tried in order
    return app


def main() -> None:
    set_libraries()  # before they are loaded, as `threeseven serve` does
    from app.serving import run
    from app.settings import Settings

    run(Settings(), with_noop)


if __name__ == "__main__":
    main()
