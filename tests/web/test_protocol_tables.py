"""The tables of frames in docs/protocol.md name each type, and each of its fields, that the server has."""

import re
from collections.abc import Iterable

import pytest
from pydantic import BaseModel

from app.events import TEXT_TYPES
from app.web.stream_frames import FRAMES
from scripts.serving import ROOT

DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
HEAD = "| type | fields | when |\n|---|---|---|\n"

Fields = dict[str, set[str]]


def table(section: str) -> Fields:
    """The fields of each type in the section's table; a row may be of several types."""
    _, found, rest = DOCUMENT.partition(f"\n## {section}")
    assert found, section
    rows = rest.partition("\n## ")[0].partition(HEAD)[2].partition("\n\n")[0]
    fields: Fields = {}
    for row in rows.splitlines():
        _, types, named, *_ = row.split("|")
        for type in re.findall(r"`(\w+)`", types):
            assert type not in fields
            words = " ".join(re.findall("`(.*?)`", named))
            fields[type] = set(re.findall(r"\w+", re.sub(r"\{.*?\}", "", words)))
    return fields


def sent(frames: Iterable[type[BaseModel]]) -> Fields:
    """The fields of each type besides ``type``: all that any frame of that type has."""
    fields: Fields = {}
    for frame in frames:
        schema = frame.model_json_schema(mode="serialization")
        type = schema["properties"].get("type", {"const": frame.__name__})["const"]
        fields.setdefault(type, set()).update(schema["properties"].keys() - {"type"})
    return fields


@pytest.mark.parametrize(("section", "frames"), [("`/ws`", FRAMES), ("Text frames", TEXT_TYPES.values())])
def test_every_frame_is_documented_as_it_is(section: str, frames: Iterable[type[BaseModel]]) -> None:
    assert table(section) == sent(frames)
