"""The operations of the OpenAPI document get titles: the first sentence of each one's docstring."""

import re
from typing import Any

from fastapi import FastAPI


def title_operations(app: FastAPI) -> None:
    """Operations with a summary of their own keep it. What follows the sentence stays as the description."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            for path in describe()["paths"].values():
                for operation in path.values():
                    _title(operation)
        return describe()

    app.openapi = openapi  # type: ignore[method-assign]


def _title(operation: dict[str, Any]) -> None:
    name = operation["operationId"].partition("_api_")[0].replace("_", " ")
    if operation["summary"].lower() != name:  # FastAPI's own is the function's name
        return
    first, _, rest = operation.get("description", "").partition("\n\n")
    title, *more = re.split(r"(?<=[.?!])\s+", " ".join(first.split()), maxsplit=1)
    operation["summary"] = re.sub(r"\.$", "", title).replace("``", "")
    operation["description"] = "\n\n".join(filter(None, (*more, rest)))
