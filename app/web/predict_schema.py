"""``POST /predict`` in the OpenAPI document. It is written here because the route is not one of FastAPI's."""

from typing import Annotated, Any, Literal

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from app.web import problems
from app.web.predict_input import Choice, Drawing

_Distance = Annotated[float, Field(ge=0, le=1, description="Mean absolute difference of pixels as fractions.")]


class Nearer(BaseModel):
    """Which mean image is nearer?"""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["3", "7"]
    distance_3: _Distance
    distance_7: _Distance


class Prediction(BaseModel):
    """``digit`` is null where the verdict is no digit; probability and logit are the network's own all the same."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["3", "7", "neither", "blank"]
    digit: Literal[3, 7] | None
    probability_3: Annotated[float, Field(ge=0, le=1)]
    logit: float
    run: Annotated[str, Field(description="The run's id, or built-in.")]
    step: Annotated[int, Field(ge=0)]
    baseline: Nearer
    image: Annotated[
        list[Annotated[int, Field(ge=0, le=255)]],
        Field(min_length=784, max_length=784, description="What the model saw; left out with image=false."),
    ] = []


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
    form = {"type": "object", "properties": {"file": picture["schema"]}, "required": ["file"]}
    return {
        "tags": ["predict"],
        "summary": "Read a digit",
        "description": "A drawing, 784 pixels or a picture of one digit: is it a 3, a 7, or neither? "
        "Answered by the built-in model, or by the run named.",
        "operationId": "predict",
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": schema}
            for name, schema in Choice.model_json_schema()["properties"].items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": Drawing.model_json_schema(),
                    "example": {"strokes": [[[0, 0], [40, 0], [15, 90]]]},
                },
                "application/octet-stream": {
                    "schema": {"type": "string", "format": "binary", "minLength": 784, "maxLength": 784}
                },
                "image/png": picture,
                "image/jpeg": picture,
                "multipart/form-data": {"schema": form},
            },
        },
        "responses": {
            "200": {
                "description": "What it is read as.",
                "content": {"application/json": {"schema": _inline(Prediction)}},
            }
        }
        | problems.documented("404", description="No such run, or no model of it at or before that step.")
        | problems.documented("409", description="The run's model cannot predict: it diverged.")
        | problems.documented("413", description="The body is too large.")
        | problems.documented("415", description="The body's type is none of these.")
        | problems.documented("4XX"),
    }


def _inline(model: type[BaseModel]) -> dict[str, Any]:
    """The model's JSON schema without references, which would point outside of this operation."""
    schema = model.model_json_schema()
    definitions = schema.pop("$defs", {})

    def resolve(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return resolve(definitions[node["$ref"].rpartition("/")[2]])
            return {key: resolve(value) for key, value in node.items()}
        return [resolve(item) for item in node] if isinstance(node, list) else node

    resolved: dict[str, Any] = resolve(schema)
    return resolved
