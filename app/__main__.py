"""``python -m app`` and the console script ``threeseven``."""

import _signal  # type: ignore[import-not-found]


def main() -> None:
    # Ctrl-C ends the program without a traceback also while its libraries are loaded, which takes half a second. The
    # library's ``signal`` would be the first of them: it loads ``enum`` and what that needs, in which Ctrl-C leaves a
    # traceback or, in a callback of the import system, is printed and forgotten.
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    from app import command_line

    command_line.main()


if __name__ == "__main__":
    main()
