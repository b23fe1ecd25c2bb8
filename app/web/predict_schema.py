"""``POST /predict`` in the OpenAPI document. It is written here because the route is not one of FastAPI's."""

from typing import Any

import msgspec
from fastapi import FastAPI

from app.web import problems
from app.web.predict_input import PICTURE_TYPES, Choice, Drawing, ItemsBody
from app.web.prediction import Prediction

SEVEN = [[[0, 0], [40, 0], [15, 90]]]


def document(app: FastAPI) -> None:
    """Add the operation to what ``app.openapi()`` returns."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        schema = generate()
        schema["paths"]["/predict"] = {"post": operation()}
        return schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way


def operation() -> dict[str, Any]:
    """The OpenAPI operation, with its schemas inside."""
    picture = {"schema": {"type": "string", "format": "binary"}}
    prediction = _inline(msgspec.json.schema(Prediction))
    items = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"anyOf": [prediction, problems.SCHEMA]}}},
        "required": ["items"],
        "additionalProperties": False,
    }
    form = {"type": "object", "properties": {"file": picture["schema"]}, "required": ["file"]}
    return {
        "tags": ["predict"],
        "summary": "Read a digit",
        "description": "A drawing, 784 pixels or a picture of one digit: is it a 3, a 7, or neither? "
        "Answered by the built-in model, or by the run named. Many drawings and images may come as items of one body.",
        "operationId": "predict",
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in Choice.model_json_schema()["properties"].items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [Drawing.model_json_schema(), ItemsBody.model_json_schema()]},
                    "examples": {
                        "strokes": {"value": {"strokes": SEVEN}},
                        "items": {"value": {"items": [{"strokes": SEVEN}, {"pixels": [0] * 784}], "image": False}},
                    },
                },
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary", "minLength": 784, "maxLength": 784}
                },
                **dict.fromkeys(PICTURE_TYPES, picture),
                "multipart/form-data": {"schema": form},
            },
        },
        "responses": {
            "200": {
                "description": "What it is read as; of items, each: its reading, or its own problem.",
                "content": {"application/json": {"schema": {"anyOf": [prediction, items]}}},
            }
        }
        | problems.documented("404", description="No such run, or no model of it at or before that step.")
        | problems.documented("409", description="The run's model cannot predict: it diverged.")
        | problems.documented("413", description="The body is too large.")
        | problems.documented("415", description="The body's type is none of these.")
        | problems.documented("4XX"),
    }


def _inline(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON schema without references, which would point outside of this operation."""
    definitions = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(definitions[node["$ref"].rpartition("/")[2]])
            return {key: resolve(value) for key, value in node.items()}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: dict[str, Any] = resolve(schema)
    return resolved
