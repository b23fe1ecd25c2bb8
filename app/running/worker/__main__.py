"""Ready to be told, and to leave, before the seconds that PyTorch takes to load."""

import signal
import sys
import traceback
from pathlib import Path

from app.running.framing import Broke
from app.running.worker.inbox import Inbox
from app.running.worker.pipe import Pipe


def main(device: str, mnist_dir: Path | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, which tells us what is to happen
    pipe, inbox = Pipe.instead_of_stdout(), Inbox(sys.stdin.buffer)
    from app.running.worker import work

    try:
        digits = work.get_ready(device, mnist_dir, pipe)
        work.train_one(inbox, digits, pipe)
    except work.DatasetError as error:
        pipe.say(Broke(str(error)))
    except Exception as error:
        traceback.print_exc()
        what = str(error).partition("\n")[0] or type(error).__name__
        pipe.say(Broke(f"The training program met an error: {what} (its traceback is in the server's output)."))
    inbox.wait_for_end()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None)
