"""`python -m scripts.javascript_types`: writes static/js/wire.d.ts, what the server sends as the page's types.

They are made from the JSON schemas of the Python types, so each is stated once. A test holds the file up to date.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

import msgspec

from app.cluster import ClusterState
from app.events import ENDINGS, TEXT_TYPES, Weights
from app.run import Run
from app.storage import Storage
from app.web.board_view import BoardNow
from app.web.card import ModelCard
from app.web.classroom.class_state import ClassState
from app.web.prediction import Prediction
from app.web.stream_frames import FRAMES

FILE = Path(__file__).parent.parent / "static/js/wire.d.ts"

HEAD = """\
// What the server sends. Generated from its Python types by `python -m scripts.javascript_types`: change those.
// Events are frames of a run's log; one with a default value in Python may be missing in a log of an earlier version.
"""

WIDTH = 120
Schema = dict[str, Any]


def text() -> str:
    """The whole file."""
    definitions: dict[str, str] = {}
    for name, event in TEXT_TYPES.items():
        _define(definitions, name, event.model_json_schema(mode="serialization"), logged=True)
    _define(definitions, "Weights", _binary(Weights.model_json_schema(mode="serialization")), logged=True)
    _define(definitions, "Run", Run.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "Storage", Storage.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "ClusterState", ClusterState.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "ClassState", ClassState.model_json_schema(mode="serialization"), complete=True)
    for frame in FRAMES:
        _define(definitions, frame.__name__, frame.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "BoardNow", BoardNow.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "ModelCard", ModelCard.model_json_schema(mode="serialization"), complete=True)
    _define(definitions, "Prediction", msgspec.json.schema(Prediction))
    events = [*TEXT_TYPES, "Weights"]
    return "\n".join(
        [
            HEAD,
            *definitions.values(),
            _union("RunEvent", events),
            _union("Ending", [name for name in events if name in ENDINGS]),
            _union("StreamFrame", [frame.__name__ for frame in FRAMES]),
        ]
    )


def _define(
    definitions: dict[str, str], name: str, schema: Schema, *, logged: bool = False, complete: bool = False
) -> None:
    """Add the type and those it refers to. ``logged``: it is a frame of a run's log. ``complete``: no field is left out
    though it has a default."""
    inner = schema.get("$defs", {})
    if "$ref" in schema:
        schema = inner[_name(schema["$ref"])]
    for other, nested in inner.items():
        if other != name and other not in definitions:
            definitions[other] = _object(other, nested)
    definitions[name] = _object(name, schema, logged=logged, complete=complete)


def _object(name: str, schema: Schema, *, logged: bool = False, complete: bool = False) -> str:
    lines = [*_comment(schema.get("description", "")), f"export type {name} = {{"]
    if logged:
        lines += [f"  type: {json.dumps(name)};", "  seq: number;"]
        if "run" not in schema["properties"]:
            lines.append("  run?: string; // on /ws every frame names its run")
    required = schema["properties"] if complete else schema.get("required", ())
    for field, of in schema["properties"].items():
        lines += [f"  {line}" for line in _comment(of.get("description", ""))]
        lines.append(f"  {field}{'' if field in required else '?'}: {_type(of)};")
    return "\n".join([*lines, "};", ""])


def _type(schema: Schema) -> str:
    match schema:
        case {"$ref": name}:
            return _name(name)
        case {"javascript": name}:
            return str(name)
        case {"const": value}:
            return json.dumps(value)
        case {"enum": values}:
            return " | ".join(map(json.dumps, values))
        case {"anyOf": options} | {"oneOf": options}:
            return " | ".join(dict.fromkeys(map(_type, options)))
        case {"type": "array", "items": Mapping() as items}:
            item = _type(dict(items))
            return f"({item})[]" if " " in item else f"{item}[]"
        case {"type": "object", "additionalProperties": Mapping() as values}:
            return f"Record<string, {_type(dict(values))}>"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": "string" | "boolean" | "null" as name}:
            return str(name)
    raise ValueError(f"no JavaScript type is known for {schema}")


def _binary(schema: Schema) -> Schema:
    """The fields of a frame that is not JSON: its bytes are int8, its lists float32."""

    def typed(of: Schema) -> Schema:
        if "anyOf" in of:
            return of | {"anyOf": [typed(option) for option in of["anyOf"]]}
        kinds = {("string", "binary"): "Int8Array", ("array", None): "Float32Array"}
        name = kinds.get((of.get("type", ""), of.get("format")))
        return of if name is None else {"javascript": name}

    fields = {name: typed(of) for name, of in schema["properties"].items()}
    return schema | {"properties": fields, "required": list(fields)}


def _comment(text: str) -> Iterator[str]:
    """As JSDoc. Python's marks for code become Markdown's."""
    lines = wrap(" ".join(text.replace("``", "`").split()), WIDTH - 3)
    if len(lines) == 1 and len(lines[0]) <= WIDTH - 9:
        yield f"/** {lines[0]} */"
    elif lines:
        yield from ("/**", *(f" * {line}" for line in lines), " */")


def _union(name: str, members: list[str]) -> str:
    return f"export type {name} =\n" + "\n".join(f"  | {member}" for member in members) + ";\n"


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
