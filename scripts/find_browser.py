"""Print the path of a Chromium or Chrome for the browser tests; with ``--install``, get one where there is none.

Looked for in this order: the environment variable ``CHROMIUM``; the usual commands; macOS's applications; Playwright's
own download. Installing tries Playwright's download, then Debian's ``chromium`` package. Where neither works the exit
status is 1 and stderr says what to do: browser tests fail then, they are never skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
ADVICE = """\
No Chromium or Chrome is here, and none could be installed, so the browser tests cannot run.
Install one (Debian/Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium),
or set CHROMIUM=/path/to/chromium."""


def candidates() -> Iterator[str]:
    if named := os.environ.get("CHROMIUM"):
        yield named
    yield from filter(None, map(shutil.which, COMMANDS))
    yield from APPLICATIONS
    yield from playwrights_own()


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


def install() -> Path | None:
    say("no Chromium here: trying Playwright's own download")
    run([sys.executable, "-m", "playwright", "install", "chromium"])
    if browser := find():
        return browser
    apt = apt_get()
    if apt is not None:
        say("trying Debian's package chromium")
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


def say(what: str) -> None:
    print(f"── {what}", file=sys.stderr, flush=True)


def main() -> int:
    browser = find()
    if browser is None and "--install" in sys.argv[1:]:
        browser = install()
    if browser is None:
        print(ADVICE, file=sys.stderr)
        return 1
    print(browser)
    return 0


if __name__ == "__main__":
    sys.exit(main())
