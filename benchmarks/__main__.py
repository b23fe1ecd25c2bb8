"""`python -m benchmarks`: every table of the README. Takes about ten minutes; wants an otherwise quiet machine."""

import sys

from benchmarks import cold_start, pixel, predict, streamed, sweep, viewers


def main() -> None:
    for measured in (streamed, sweep, pixel, viewers, predict, cold_start):
        print(f"\n### {(measured.__doc__ or '').splitlines()[0]}\n", flush=True)
        sys.argv[1:] = ["--fastai"] if measured is streamed else []
        measured.main()


if __name__ == "__main__":
    main()
