"""In a process of its own, whose standard output is what the pipe takes over."""

import subprocess
import sys

from app.running.framing import Broke, Decoder

PROGRAM = """
from app.running.framing import Broke
from app.running.worker.pipe import Pipe
pipe = Pipe.instead_of_stdout()
print("a stray line", flush=True)
pipe.say(Broke("first"))
pipe.say(Broke("x" * 3_000_000))
"""


def program() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_messages_arrive_whole_and_stray_prints_do_not_come_between() -> None:
    with program() as process:
        said, printed = process.communicate()
    assert Decoder().feed(said) == [Broke("first"), Broke("x" * 3_000_000)]
    assert printed == b"a stray line\n"


def test_a_process_that_nobody_listens_to_any_more_ends_quietly() -> None:
    with program() as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b"a stray line\n"
        assert process.wait() == 0
