"""`python -m benchmarks`: every table of the README. Takes some twenty minutes; wants an otherwise quiet machine."""

import sys

from benchmarks import cold_start, hardness, pixel, predict, run_list, stage, streamed, sweep, turnover, viewers


def main() -> None:
    for measured in (streamed, turnover, sweep, pixel, viewers, hardness, stage, predict, run_list, cold_start):
        print(f"\n### {(measured.__doc__ or '').splitlines()[0]}\n", flush=True)
        sys.argv[1:] = ["--fastai"] if measured is streamed else []
        measured.main()


if __name__ == "__main__":
    main()
