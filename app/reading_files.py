"""`threeseven predict`: what the command line does with pictures, and with runs that a server may be keeping."""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.handwriting import builtin
from app.handwriting.picture import PictureError, look
from app.handwriting.predictor import Predictor, from_safetensors, read_safetensors
from app.handwriting.reader import Reader, Reading

STANDARD_INPUT = "-"
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".jpe", ".webp"})
"""Of the files that a folder is searched for."""
LARGEST = 256 * 1024 * 1024
"""Bytes. A PNG of 25 million pixels of 16 bits, the largest that is read, has at most 200 MB."""


class ModelError(Exception):
    """There is no such model, or it cannot read; the message says what to do."""


class Unreadable(Exception):
    """Of one file or folder; the message is a sentence."""


class Model(NamedTuple):
    run: str
    """A run's id, built-in, or the file that holds it."""
    step: int | None
    """None: its file does not say."""
    predictor: Predictor | None
    """None: the network of the reader."""
    reader: Reader | None = None
    """Of a file with a built-in network, which has a gate of its own; None: the reader that comes with the package."""


def built_in(reader: Reader, step: int | None) -> Model:
    """Raises ModelError."""
    if step is not None and step < reader.step:
        raise ModelError(f"the built-in model is kept at step {reader.step} only: name a run (--run ID)")
    return Model(builtin.NAME, reader.step, None)


def model_of_file(file: Path, step: int | None = None) -> Model:
    """Of a model that was downloaded as safetensors, a run's or the built-in one. Raises ModelError, also where a
    ``step`` is asked for: a file holds one model."""
    if step is not None:
        raise ModelError(f"--step chooses among a run's models, and {_shown(file)} holds one: leave --step out")
    try:
        data = file.read_bytes()
        tensors, metadata = read_safetensors(data)
        if builtin.THRESHOLDS in tensors:
            reader = Reader(builtin.load(file))
            return Model(_shown(file), reader.step, None, reader)
        predictor = from_safetensors(data)
    except OSError as error:
        raise ModelError(f"{_shown(file)}: {error.strerror}") from None
    except KeyError as error:
        raise ModelError(f"{_shown(file)}: {error.args[0]} is missing") from None
    except ValueError as error:
        raise ModelError(f"{_shown(file)}: {error}") from None
    said = metadata.get("step", "")
    return Model(_shown(file), int(said) if said.isdecimal() else None, predictor)


def model_of_run(url: str, run: str, step: int | None) -> Model:
    """The newest model that the database has of ``run`` (an id, or ``live``: the newest) at or before ``step``. Raises
    ModelError."""
    from app.history import deleted_runs, store  # loads SQLAlchemy, which the built-in model does without
    from app.history.damage import Damaged
    from app.history.read_only import reading
    from app.history.unavailable import HistoryUnavailable

    try:
        with reading(url) as connection:
            id = store.live_run(connection) if run == "live" else run
            if id is None:
                raise ModelError("no run has been started yet")
            known = None if id in deleted_runs.hidden_runs(connection) else store.get_run(connection, id)
            if known is None:
                raise ModelError(f"there is no run {id!r}: the page /runs lists those kept, with their ids")
            checkpoint = store.get_checkpoint(connection, id, step)
    except (HistoryUnavailable, Damaged) as error:
        raise ModelError(str(error)) from None
    if checkpoint is None and known.models_removed:
        raise ModelError(f"the server removed the models of run {id} to make room for newer runs")
    if checkpoint is None:
        raise ModelError(f"run {id} has kept no model {'yet' if step is None else f'at or before step {step:,}'}")
    if known.diverged and step is None:
        kept = f"its newest kept model, --step {checkpoint.step}, is from before that"
        raise ModelError(f"run {id} diverged at step {known.step:,}: {kept}")
    try:
        predictor = from_safetensors(checkpoint.data)
    except ValueError as error:
        raise ModelError(f"run {id} at step {checkpoint.step:,}: {error}; choose an earlier --step") from None
    return Model(id, checkpoint.step, predictor)


def files_in(paths: Iterable[Path]) -> Iterator[tuple[Path, Unreadable | None]]:
    """The paths that are files, or standard input, and of those that are folders the pictures in them and in their
    folders, by name, without hidden ones. A folder in which something is amiss comes along, with what it is."""
    for path in paths:
        if str(path) == STANDARD_INPUT or not path.is_dir():
            yield path, None
            continue
        amiss: list[OSError] = []
        found, others = [], False
        for folder, folders, names in os.walk(path, onerror=amiss.append):
            folders[:] = [name for name in folders if not name.startswith(".")]
            others = others or bool(names)
            found += [
                Path(folder, name)
                for name in names
                if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
            ]
        for error in amiss:
            yield Path(str(error.filename)), Unreadable(f"{error.strerror}.")
        if not found and not amiss:
            what = "There is no picture in this folder: PNG, JPEG or WebP" if others else "This folder is empty"
            yield path, Unreadable(f"{what}.")
        yield from ((file, None) for file in sorted(found))


class FileReader:
    """Reads pictures with one model, and prints what they are read as."""

    def __init__(self, reader: Reader, model: Model, keep: float | None) -> None:
        self._reader, self._model, self._keep = model.reader or reader, model, keep

    def print_all(self, paths: Iterable[Path], *, as_json: bool) -> bool:
        """On standard output: a table where that is a terminal, else a line each as soon as it is read; on standard
        error a line for each that cannot be read. Returns whether all could be."""
        printed: _Printed = _Lines() if as_json else _Table() if sys.stdout.isatty() else _Columns()
        all_read = True
        try:
            for file, amiss in files_in(paths):
                try:
                    if amiss is not None:
                        raise amiss
                    printed.reading(_shown(file), self._read(file), self._model)
                except Unreadable as error:
                    all_read = False
                    printed.error(_shown(file), str(error))
        finally:
            printed.end()
        return all_read

    def _read(self, file: Path) -> Reading:
        """Raises Unreadable."""
        try:
            if str(file) == STANDARD_INPUT:
                data = sys.stdin.buffer.read(LARGEST + 1)
            else:
                with file.open("rb") as stream:
                    data = stream.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise Unreadable(f"It has more than {LARGEST // 1024**2} MiB, which no picture needs that is read.")
            seen = look(data)
        except OSError as error:
            raise Unreadable(f"{error.strerror}.") from None
        except PictureError as error:
            raise Unreadable(str(error)) from None
        return self._reader.read(seen.image, self._model.predictor, keep=self._keep, hindrances=seen.hindrances)


class _Printed:
    """How readings are printed."""

    def reading(self, file: str, reading: Reading, model: Model) -> None:
        raise NotImplementedError

    def error(self, file: str, what: str) -> None:
        words = Text.assemble(("threeseven:", "bold"), " ", f"{_one_line(file)}: {what}")
        Console(stderr=True, highlight=False, soft_wrap=True).print(words)

    def end(self) -> None:
        pass


class _Lines(_Printed):
    """One JSON object a line."""

    def reading(self, file: str, reading: Reading, model: Model) -> None:
        self._print({"file": file} | msgspec.to_builtins(reading) | {"run": model.run, "step": model.step})

    def error(self, file: str, what: str) -> None:
        super().error(file, what)
        self._print({"file": file, "error": what})

    def _print(self, line: dict[str, object]) -> None:
        sys.stdout.write(msgspec.json.encode(line).decode() + "\n")
        sys.stdout.flush()


class _Columns(_Printed):
    """Separated by tabs: file, verdict, probability of a 3 and, of what is neither, why."""

    def reading(self, file: str, reading: Reading, model: Model) -> None:
        columns = [_one_line(file), reading.verdict, f"P(3) = {reading.probability_3:.4f}"]
        if reading.gate.reason is not None:
            columns.append(reading.gate.reason)
        sys.stdout.write("\t".join(columns) + "\n")
        sys.stdout.flush()


class _Table(_Printed):
    """For who reads it on a terminal. It stands there when all has been read."""

    def __init__(self) -> None:
        self._table = Table("file", "verdict", "P(3)", "why not", box=None, pad_edge=False)
        self._table.columns[0].overflow = "fold"

    def reading(self, file: str, reading: Reading, model: Model) -> None:
        three = f"{reading.probability_3:.4f}" if reading.digit else ""
        self._table.add_row(Text(_one_line(file)), reading.verdict, three, reading.gate.reason)

    def end(self) -> None:
        if self._table.row_count:
            Console(highlight=False).print(self._table)


def _shown(file: Path) -> str:
    """Its name, as text whatever its bytes are."""
    return os.fsencode(file).decode(errors="replace")


def _one_line(name: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in name)
