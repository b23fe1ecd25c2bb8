"""The words that NumPy and PyTorch themselves find."""

import numpy as np
import torch

from app.learning.dataset import Digits
from app.learning.experiments.array_and_tensor import LINES, run
from tests.learning.experiments.asking import ask


def test_both_libraries_say_it_in_their_own_words(few_digits: Digits) -> None:
    answer = ask("array_and_tensor", few_digits)
    assert (answer["numpy"], answer["torch"]) == (np.__version__, torch.__version__)
    found = {each["about"]: each for each in answer["beside"]}
    assert list(found) == list(LINES)
    refused = {about: (each["numpy"]["refused"], each["torch"]["refused"]) for about, each in found.items()}
    assert refused == {
        "jagged": (True, True),
        "objects": (False, True),
        "mixed": (False, True),
        "backwards": (False, True),
        "too_many": (True, True),
        "gradient": (True, False),
    }
    assert found["jagged"]["torch"]["shown"] == "ValueError: expected sequence of length 2 at dim 1 (got 1)"
    assert found["too_many"]["torch"]["shown"].startswith("IndexError: too many indices for tensor of dimension 3")
    assert found["gradient"]["torch"]["shown"] == "tensor([2., 4.])"


def test_only_the_last_line_is_shown_and_any_error_is_words() -> None:
    assert run("x = 2\nx * 21").shown == "42"
    error = run("1 / 0")
    assert (error.refused, error.shown) == (True, "ZeroDivisionError: division by zero")
