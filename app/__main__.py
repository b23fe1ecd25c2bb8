"""``python -m app`` and the console script ``threeseven``."""

import signal


def main() -> None:
    # Ctrl-C ends the program without a traceback also while its libraries are loaded, which takes half a second.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from app import command_line

    command_line.main()


if __name__ == "__main__":
    main()
