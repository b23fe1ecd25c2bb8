"""`python -m benchmarks`: the tables of the README but for those of `classroom`, `soak` and `peers`, which are run by
themselves. Takes some twenty minutes; wants an otherwise quiet machine.

What reads handwriting needs UCI's pen strokes in `.bench/`, and says how one gets them where they are missing."""

import sys

from benchmarks import (
    cold_start,
    hardness,
    ink,
    pens,
    pictures,
    pixel,
    predict,
    run_list,
    stage,
    streamed,
    sweep,
    turnover,
    viewers,
)


def main() -> None:
    for measured in (streamed, turnover, sweep, pixel, viewers, hardness, stage, predict, run_list, cold_start):
        print(f"\n### {(measured.__doc__ or '').splitlines()[0]}\n", flush=True)
        sys.argv[1:] = ["--fastai"] if measured is streamed else []
        measured.main()
    for measured in (ink, pictures):
        print(f"\n### {(measured.__doc__ or '').splitlines()[0]}\n", flush=True)
        mnist = pens.FOLDER / "mnist"
        sys.argv[1:] = ["--mnist", str(mnist)] if measured is ink and mnist.is_dir() else []
        measured.main() if pens.FILE.is_file() else print(pens.FETCH)


if __name__ == "__main__":
    main()
