"""The command line: ``threeseven serve | train | data | predict``, also ``python -m app``."""

import io
import os
import re
import signal
import sys
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console
from rich.markup import escape

from app import __version__

cli = typer.Typer(
    name="threeseven",
    help="Watch a small network learn to tell a handwritten 3 from a 7.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def set_libraries() -> None:
    """Set what numpy and websockets read from the environment while they are loaded."""
    # For products as small as a prediction's, numpy's threads would only wait for each other.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # A handshake may have as long a head as any request (app.web.http_protocol).
    os.environ.setdefault("WEBSOCKETS_MAX_LINE_LENGTH", str(64 * 1024))
    os.environ.setdefault("WEBSOCKETS_MAX_NUM_HEADERS", "4096")


def option(name: str, help: str) -> Any:
    """An option of ``train``, also an environment variable. Those of ``serve`` are read by its settings."""
    return typer.Option(f"--{name.replace('_', '-')}", envvar=f"THREESEVEN_{name.upper()}", help=help)


def fail(message: str) -> typer.Exit:
    """One clear line on standard error, and exit status 2."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"[bold]threeseven:[/bold] {escape(message)}")
    return typer.Exit(2)


def options(error: ValidationError, given: Collection[str]) -> str:
    """Which option is off, and how. A setting that is none of the ``given`` options is named as its variable."""
    lines = []
    for e in error.errors(include_url=False, include_context=False, include_input=False):
        name = str(e["loc"][0]) if e["loc"] else ""
        option = "--" + name.replace("_", "-") if name in given else "THREESEVEN_" + name.upper()
        lines.append((f"{option}: " if name else "") + as_set(e["msg"].removeprefix("Value error, "), given))
    return "; ".join(lines)


def as_set(message: str, given: Collection[str]) -> str:
    """``message`` with each option in it that was set by its variable named as that."""

    def name(option: re.Match[str]) -> str:
        setting = option[1].replace("-", "_")
        variable = f"THREESEVEN_{setting.upper()}"
        return variable if setting not in given and os.environ.get(variable) else option[0]

    return re.sub(r"--([a-z]+(?:-[a-z]+)*)", name, message)


def unreadable(error: SettingsError) -> str:
    """The variable whose value is no JSON though its setting is a list."""
    field = re.search(r'field "(\w+)"', str(error))
    return f"THREESEVEN_{field[1].upper()}" if field else str(error)


def _from_environment(context: typer.Context, option: str) -> bool:
    source = context.get_parameter_source(option)
    return source is not None and source.name == "ENVIRONMENT"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"threeseven {__version__}")
        raise typer.Exit


@cli.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say it and exit.")
    ] = False,
) -> None: ...


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on. [127.0.0.1]")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes any free one. [8000]")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where runs are kept. [.threeseven]")] = None,
    database_url: Annotated[str | None, typer.Option(help="SQLAlchemy URL. [SQLite in the data directory]")] = None,
    live_url: Annotated[
        str | None, typer.Option(help="Valkey or Redis, by which servers with one PostgreSQL database share runs.")
    ] = None,
    advertise_url: Annotated[
        str | None, typer.Option(help="Where those reach this server. [the address that it listens on]")
    ] = None,
    keep_bytes: Annotated[str | None, typer.Option(help="What runs may take, such as 500MB. [no limit]")] = None,
    token: Annotated[str | None, typer.Option(help="Who has it may control runs; others may watch.")] = None,
    open: Annotated[bool | None, typer.Option("--open", help="Let anyone who reaches the server control it.")] = None,
    root_path: Annotated[str | None, typer.Option(help="Path before all addresses, behind a proxy. [none]")] = None,
    forwarded_allow_ips: Annotated[
        str | None, typer.Option(help="Proxies whose X-Forwarded headers count. [127.0.0.1]")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, cuda or mps. [auto]")] = None,
    engine: Annotated[
        str | None, typer.Option(help="Where workers are: local, ray or ray://HOST:PORT, a cluster. [local]")
    ] = None,
    turns: Annotated[
        bool | None,
        typer.Option("--turns/--no-turns", help="Start waiting runs turn by turn between people. [--turns]"),
    ] = None,
    mnist_dir: Annotated[Path | None, typer.Option(help="Folder of MNIST's IDX files. [embedded data]")] = None,
    download: Annotated[bool | None, typer.Option("--download", help="Fetch MNIST into --mnist-dir first.")] = None,
) -> None:
    """Serve the pages, the API and the live streams. Every option is also an environment variable THREESEVEN_…"""
    set_libraries()
    from app.serving import ServeError, run
    from app.settings import Settings

    # Named once more here rather than by pydantic-settings' own command line, which would make an option of each of
    # the settings: the few that a person needs are easier to find.
    given: dict[str, Any] = {
        "host": host, "port": port, "data_dir": data_dir, "database_url": database_url, "live_url": live_url,
        "advertise_url": advertise_url, "keep_bytes": keep_bytes, "token": token, "open": open, "device": device,
        "engine": engine, "mnist_dir": mnist_dir, "download": download, "root_path": root_path,
        "forwarded_allow_ips": forwarded_allow_ips, "turns": turns,
    }  # fmt: skip
    given = {name: value for name, value in given.items() if value is not None}
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise fail(options(error, given)) from None
    except SettingsError as error:
        raise fail(f"{unreadable(error)}: it is not JSON, as lists are written, such as '[\"a.name\"]'") from None
    try:
        run(settings)
    except ServeError as error:
        raise fail(as_set(str(error), given)) from None


@cli.command()
def train(
    context: typer.Context,
    preset: Annotated[str, option("preset", "A named recipe.")] = "textbook",
    epochs: Annotated[int | None, option("epochs", "Passes over all images.")] = None,
    learning_rate: Annotated[float | None, option("learning_rate", "Size of a step along the gradient.")] = None,
    batch_size: Annotated[int | None, option("batch_size", "Images in a mini-batch.")] = None,
    hidden: Annotated[int | None, option("hidden", "Units in the hidden layer.")] = None,
    seed: Annotated[int | None, option("seed", "Decides first weights and order of images.")] = None,
    loss: Annotated[str | None, option("loss", "mnist_loss, bce or accuracy.")] = None,
    model: Annotated[str | None, option("model", "simple_net, linear or two_linear.")] = None,
    optimizer: Annotated[str | None, option("optimizer", "sgd, momentum or adam.")] = None,
    device: Annotated[str | None, option("device", "auto, cpu, cuda or mps. [auto]")] = None,
    mnist_dir: Annotated[Path | None, option("mnist_dir", "Folder of MNIST's IDX files. [embedded data]")] = None,
    json: Annotated[
        bool, typer.Option("--json", envvar="THREESEVEN_JSON", help="One JSON object a line instead of a progress bar.")
    ] = False,
) -> None:
    """Train here, without a server. Every option is also an environment variable THREESEVEN_…"""
    from app.presets import PRESETS
    from app.recipe import Recipe

    overrides = {
        "epochs": epochs, "learning_rate": learning_rate, "batch_size": batch_size, "hidden": hidden, "seed": seed,
        "loss": loss, "model": model, "optimizer": optimizer, "device": device,
    }  # fmt: skip
    given = {name for name in context.params if not _from_environment(context, name)}
    named = {each.name: each.recipe for each in PRESETS}
    if preset not in named:
        raise fail(as_set(f"--preset: there is no preset {preset!r}; there are {', '.join(named)}", given))
    try:
        recipe = Recipe.model_validate(
            named[preset].model_dump() | {name: value for name, value in overrides.items() if value is not None}
        )
    except ValidationError as error:
        raise fail(options(error, given)) from None

    from app.terminal import TrainingError, in_terminal  # loads torch: not for an option that is refused

    try:
        in_terminal(recipe, preset, mnist_dir, as_json=json)
    except TrainingError as error:
        raise fail(str(error)) from None


@cli.command()
def data(
    folder: Annotated[Path, typer.Argument(help="A folder of MNIST's four IDX files, gzipped or not.")],
    download: Annotated[bool, typer.Option("--download", help="Fetch what is missing first.")] = False,
) -> None:
    """Check MNIST's files, for --mnist-dir; with --download fetch them."""
    from app.learning.download import download as fetch
    from app.learning.idx import DatasetError
    from app.learning.mnist import select

    try:
        found = select(fetch(folder) if download else folder)
    except DatasetError as error:
        raise fail(str(error)) from None
    trained, tested = len(found["train_images"]), len(found["valid_images"])
    typer.echo(f"{folder}: {trained:,} threes and sevens to train on, {tested:,} to test with")


@cli.command()
def predict(
    files: Annotated[
        list[Path],
        typer.Argument(help="PNG, JPEG or WebP pictures of one digit each, folders of them, - for standard input."),
    ],
    run: Annotated[
        str | None,
        typer.Option(help="Whose model reads: a run's id, live for the newest, or a FILE.safetensors. [built-in]"),
    ] = None,
    step: Annotated[
        int | None, typer.Option(min=0, help="The run's model at or before this step. [the newest kept]")
    ] = None,
    keep: Annotated[
        float | None,
        typer.Option(min=0.5, max=1, help="Share of MNIST's 3s and 7s to take; with less, more is neither. [0.99]"),
    ] = None,
    data_dir: Annotated[Path | None, option("data_dir", "Where runs are kept. [.threeseven]")] = None,
    database_url: Annotated[
        str | None, option("database_url", "SQLAlchemy URL. [SQLite in the data directory]")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")] = False,
) -> None:
    """Read pictures, here, without a server: file, verdict, probability of a 3, and why what is neither is neither.

    The exit status is 1 where one of them could not be read."""
    set_libraries()
    from app.handwriting.reader import Reader
    from app.reading_files import FileReader, ModelError, built_in, model_of_file, model_of_run
    from app.settings import Settings

    given: dict[str, Any] = {"data_dir": data_dir, "database_url": database_url}
    # Not validated: what is wrong with the server's other settings is nothing to who reads pictures.
    settings = Settings.model_construct(**{name: value for name, value in given.items() if value is not None})
    reader = Reader.built_in()
    try:
        if run in (None, "built-in"):
            model = built_in(reader, step)
        elif run.endswith(".safetensors"):
            model = model_of_file(Path(run), step)
        else:
            model = model_of_run(settings.database, run, step)
    except ModelError as error:
        raise fail(str(error)) from None
    all_read = FileReader(reader, model, keep).print_all(files, as_json=json)
    if not all_read:
        raise typer.Exit(1)


def main() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without our signs gets question marks for them
    try:
        try:
            cli(prog_name="threeseven")
        finally:
            sys.stdout.flush()  # here, where what cannot be written can still be said
    except BrokenPipeError:  # `| head` has seen enough
        _discard_output()
        sys.exit(1)
    except OSError as error:
        if not _output_fails():
            raise
        _discard_output()
        sys.exit(fail(f"standard output: {error.strerror}").exit_code)


def _output_fails() -> bool:
    """Whether standard output takes nothing, not even the end of a line."""
    try:
        typer.echo()
    except OSError:
        return True
    return False


def _discard_output() -> None:
    """Send what is still to be written to standard output nowhere, the end of the process included."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_missing_streams() -> None:
    """Point standard streams that the caller closed nowhere, before a database or a socket is given their numbers."""
    while (null := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(null)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  as long as the process
