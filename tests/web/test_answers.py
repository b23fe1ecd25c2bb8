from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.answers import AT_ONCE, Answers, TooMany

QUESTIONS = st.tuples(st.sampled_from(["gradient", "batch"]), st.sampled_from(["{}", "{1}", "{2}", "{3}"]))


@given(st.lists(st.tuples(QUESTIONS, st.binary(min_size=1, max_size=9)), max_size=30), st.integers(1, 20))
def test_answers_are_kept_within_the_limit_and_the_newest_longest(
    asked: list[tuple[tuple[str, str], bytes]], limit: int
) -> None:
    answers = Answers(limit)
    newest: dict[tuple[str, str], bytes] = {}
    for question, answer in asked:
        answers.keep(*question, answer)
        newest.pop(question, None)
        newest[question] = answer  # the last one now
        held = [each for each in newest if answers.get(*each) is not None]
        assert all(answers.get(*each) == newest[each] for each in held)
        assert sum(len(newest[each]) for each in held) <= limit
        assert held == list(newest)[len(newest) - len(held) :]
        assert (question in held) == (len(answer) <= limit)


def test_an_answer_that_was_asked_for_again_stays_longer() -> None:
    answers = Answers(20)
    answers.keep("batch", "1", b"x" * 10)
    answers.keep("batch", "2", b"y" * 10)
    assert answers.get("batch", "1") == b"x" * 10
    answers.keep("batch", "3", b"z" * 10)
    assert answers.get("batch", "2") is None
    assert answers.get("batch", "1") == b"x" * 10


def test_timings_are_never_dropped() -> None:
    answers = Answers(5)
    answers.keep("timings", "{}", b"t" * 9)
    answers.keep("batch", "1", b"x" * 5)
    assert answers.get("timings", "{}") == b"t" * 9
    assert answers.get("batch", "1") == b"x" * 5


def test_who_joins_a_question_is_told_so_and_one_address_has_not_all_places() -> None:
    answers = Answers()
    with ExitStack() as stack:
        firsts = [stack.enter_context(answers.asked("class", "batch", str(i % 30))) for i in range(AT_ONCE)]
        assert firsts == [True] * 30 + [False] * (AT_ONCE - 30)
        with pytest.raises(TooMany), answers.asked("class", "batch", "0"):
            pass
        assert not stack.enter_context(answers.asked("other", "batch", "0"))
    with answers.asked("class", "batch", "0") as first:
        assert first
    assert not answers._asked
    assert not answers._asking
