"""`python -m benchmarks`: every table of the README. Takes about ten minutes; wants an otherwise quiet machine."""

import sys

from benchmarks import cold_start, pixel, predict, streamed, viewers


def main() -> None:
    sys.argv.append("--fastai")
    for measured in (streamed, pixel, viewers, predict, cold_start):
        print(f"\n### {(measured.__doc__ or '').splitlines()[0]}\n", flush=True)
        measured.main()


if __name__ == "__main__":
    main()
