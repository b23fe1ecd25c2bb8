"""What is sent arrives whole, and nothing else is believed."""

import subprocess
import sys
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.checkpoint import Checkpoint
from app.controls import Act, SetLearningRate, SetSpeed
from app.recipe import Recipe
from app.record import Record
from app.running.protocol import (
    FRAME_BYTES,
    Answer,
    Broke,
    CancelTask,
    Command,
    ComputeExperiment,
    Decoder,
    Frames,
    Logged,
    Member,
    Message,
    ProtocolError,
    Ready,
    Saved,
    SendControl,
    TaskEnded,
    TaskFailed,
    TrainRun,
    TrainSweep,
    encode,
)

UINT32 = st.integers(0, 2**32 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RECORDS = st.builds(Record, seq=UINT32, type=TEXT, step=st.none() | st.integers(0, 2**62), data=st.binary(max_size=300))
CHECKPOINTS = st.builds(Checkpoint, step=UINT32, epoch=UINT32, kept=st.booleans(), data=st.binary(max_size=300))
MESSAGES = st.lists(
    st.builds(Ready, st.lists(TEXT, max_size=3).map(tuple), TEXT, UINT32)
    | st.builds(Logged, TEXT, TEXT, RECORDS)
    | st.builds(Saved, TEXT, TEXT, CHECKPOINTS)
    | st.builds(Answer, TEXT, st.binary(max_size=300))
    | st.builds(TaskEnded, TEXT, st.integers(0, 2**40))
    | st.builds(TaskFailed, TEXT, TEXT, st.integers(0, 2**40))
    | st.builds(Broke, TEXT),
    max_size=12,
)


@given(MESSAGES, st.lists(st.integers(0, 3000), max_size=12))
def test_messages_arrive_whatever_pieces_they_come_in(messages: list[Message], cuts: list[int]) -> None:
    data = b"".join(encode(message) for message in messages)
    ends = [*sorted(min(cut, len(data)) for cut in cuts), len(data)]
    decoder, received, begin = Decoder(), [], 0
    for end in ends:
        received += decoder.feed(data[begin:end])
        begin = end
    assert received == messages


@given(MESSAGES, st.integers(0, 3000))
def test_after_a_message_that_came_in_part_others_are_understood(messages: list[Message], cut: int) -> None:
    passed_on = Frames().feed(b"".join(map(encode, messages))[:cut])
    *whole, last = Decoder().feed(passed_on + encode(Broke("gone")))
    assert whole == messages[: len(whole)]
    assert last == Broke("gone")


@given(MESSAGES, st.data())
def test_a_message_cut_short_does_not_arrive(messages: list[Message], data: st.DataObject) -> None:
    sent = [encode(message) for message in messages]
    whole = b"".join(sent)
    cut = data.draw(st.integers(0, len(whole)))
    received = Decoder().feed(whole[:cut])
    assert received == messages[: len(received)]
    assert sum(map(len, sent[: len(received)])) <= cut
    assert sum(map(len, sent[: len(received) + 1])) > cut or received == messages


@given(st.binary(max_size=200))
def test_anything_else_is_refused_as_such(data: bytes) -> None:
    with suppress(ProtocolError):
        Decoder().feed(data)


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\0",
        (FRAME_BYTES + 1).to_bytes(4, "little"),
        b"\x01\0\0\0?",
        b"\x02\0\0\0{}",
        b"Traceback (most recent call last)",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        Decoder().feed(data)


# A worker's ends of the pipes, in a process of its own: the end of the input ends the process, and its standard output
# is what the outbox takes over.

ECHO = """
import sys
from app.running.protocol import Broke, Inbox, Outbox
outbox = Outbox.instead_of_stdout()
print("a stray line", flush=True)
inbox = Inbox(sys.stdin.buffer)
while True:
    command = inbox.take(timeout=None)
    outbox.send(Broke(command.model_dump_json()), Broke("x" * 3_000_000))
"""


def echo() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


MEMBER = Member(
    run="run",
    name="a\nname",
    recipe=Recipe(hidden=3),
    first_seq=2,
    controls=(SetSpeed(steps_per_second=20), SetLearningRate(learning_rate=0.5), SetSpeed(steps_per_second=None)),
)
COMMANDS: list[Command] = [
    TrainRun(id="1", member=MEMBER),
    TrainSweep(size=64, id="2", members=(MEMBER, MEMBER)),
    ComputeExperiment(id="3", name="gradient", parameters='{"a": 1}', seconds=5.0),
    SendControl(task="1", run="run", control=Act(action="pause")),
    SendControl(task="2", run=None, control=SetLearningRate(learning_rate=1)),
    CancelTask(task="3"),
]


def test_commands_arrive_in_order_and_the_end_of_input_ends_a_waiting_process() -> None:
    with echo() as process:
        output, printed = process.communicate(b"".join(map(encode, COMMANDS)))
    # The process ends with its input, so that the last echoes may be missing or cut short.
    echoed = [message.reason for message in Decoder().feed(output) if isinstance(message, Broke)]
    assert printed == b"a stray line\n"
    assert process.returncode == 0
    assert echoed[::2] == [command.model_dump_json() for command in COMMANDS][: len(echoed[::2])]


def test_each_command_is_understood_as_it_was_meant_and_stray_prints_do_not_come_between() -> None:
    with echo() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        decoder, received = Decoder(), list[Message]()
        for command in COMMANDS:
            process.stdin.write(encode(command))
            process.stdin.flush()
            count = len(received) + 2
            while len(received) < count:
                received += decoder.feed(process.stdout.read1())  # type: ignore[attr-defined]
        process.stdin.close()
        assert process.wait() == 0
    assert received[::2] == [Broke(command.model_dump_json()) for command in COMMANDS]
    assert received[1::2] == [Broke("x" * 3_000_000)] * len(COMMANDS)


def test_a_process_whose_server_has_gone_ends_quietly() -> None:
    with echo() as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(encode(COMMANDS[0]))
        process.stdin.flush()
        assert process.stderr.read() == b"a stray line\n"
        assert process.wait() == 0
        process.stdin.close()


def test_a_process_that_is_sent_nonsense_says_so_and_ends() -> None:
    with echo() as process:
        _, printed = process.communicate(b"\x02\0\0\0{}")
    assert process.returncode == 1
    assert b"ValidationError" in printed
