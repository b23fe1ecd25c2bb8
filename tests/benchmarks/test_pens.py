"""Pen strokes as UCI keeps them."""

import gzip
import json

import numpy as np
import pytest

from benchmarks.pens import drawn

UNIPEN = """\
.VERSION 1.0
.COORD X Y
.SEGMENT DIGIT ? "7"
.COMMENT 1 2 3
.DT 100
.PEN_DOWN
  10  90
  60  90
  20  10
.PEN_UP
.DT 100
.PEN_DOWN
 15  50
 50  52
.PEN_UP

.SEGMENT DIGIT ? "3"
.PEN_DOWN
 10 90
 40 70
.PEN_UP
"""


def test_unipen_and_json_lines_of_the_same_drawings_are_the_same(tmp_path):
    unipen, packed = tmp_path / "pens.tra", tmp_path / "pens.jsonl.gz"
    unipen.write_text(UNIPEN)
    lines = [
        {"digit": 7, "strokes": [[[10, -90], [60, -90], [20, -10]], [[15, -50, 300], [50, -52, 400]]]},
        {"digit": 3, "strokes": [[[10, -90], [40, -70]]]},
    ]
    packed.write_bytes(gzip.compress("\n".join(map(json.dumps, lines)).encode()))
    for (digit, strokes), (other, others) in zip(drawn(unipen), drawn(packed), strict=True):
        assert digit == other
        for stroke, same in zip(strokes, others, strict=True):
            assert np.array_equal(stroke, same)


@pytest.mark.parametrize("text", ["", "no pens at all\n", UNIPEN.replace("60  90", "60  90 1")])
def test_another_file_is_refused(tmp_path, text):
    (tmp_path / "pens").write_text(text)
    with pytest.raises(ValueError, match="pens"):
        list(drawn(tmp_path / "pens"))
