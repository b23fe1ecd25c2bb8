"""Makes one script of each page's modules, so that a browser fetches one file in place of a hundred.

    python scripts/bundle.py static node_modules

Writes ``static/bundles/``: for each script of ``static/js/`` that no other imports its bundle, and a ``manifest.json``
with the digests of all scripts that the bundles were made of. The server sends the bundles in place of the scripts as
long as these digests agree (``app/web/assets.py``). The bundler is esbuild, out of the folder of npm's that is named.
"""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

OPTIONS = [
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--charset=utf8",
    "--log-level=warning",
    # Not the names: a browser's complaint should still say which function.
    "--minify-whitespace",
    "--minify-syntax",
]


def bundle(static: Path, node_modules: Path) -> None:
    """Raises RuntimeError where esbuild fails, with its own words; what was there stays then."""
    scripts = sorted((static / "js").rglob("*.js"))
    with TemporaryDirectory(prefix="threeseven-bundles-") as folder:
        made = Path(folder, "bundles")
        graph = Path(folder, "graph.json")
        esbuild(node_modules, static, scripts, Path(folder, "graph"), "--splitting", f"--metafile={graph}")
        inputs = json.loads(graph.read_text())["inputs"]
        imported = {(static / link["path"]).resolve() for file in inputs.values() for link in file["imports"]}
        esbuild(node_modules, static, [path for path in scripts if path.resolve() not in imported], made)
        digests = {path.relative_to(static).as_posix(): digest(path) for path in scripts}
        # A server beside looks at the manifest: it goes first and comes last, whole.
        bundles, manifest = static / "bundles", static / "bundles" / "manifest.json"
        manifest.unlink(missing_ok=True)
        for old in sorted(bundles.rglob("*.js")) if bundles.is_dir() else []:
            old.unlink()
        shutil.copytree(made, bundles, dirs_exist_ok=True)
        unfinished = bundles / "manifest.part"
        unfinished.write_text(json.dumps({"sources": digests}, indent=1))
        unfinished.replace(manifest)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def esbuild(node_modules: Path, static: Path, scripts: list[Path], out: Path, *further: str) -> None:
    # npm installs the program of this machine's kind alone, called so on Windows too.
    programs = [path for path in node_modules.glob("@esbuild/*/**/esbuild*") if path.suffix in ("", ".exe")]
    if len(programs) != 1:
        raise RuntimeError(f"{node_modules} should have one esbuild for this machine; it has {len(programs)}")
    (program,) = programs
    entries = [path.relative_to(static).as_posix() for path in scripts]
    command = [str(program.resolve()), *entries, *OPTIONS, "--outbase=js", f"--outdir={out}", *further]
    done = subprocess.run(command, cwd=static, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0 or done.stderr:
        raise RuntimeError(f"esbuild could not bundle the scripts\n{done.stderr}")


if __name__ == "__main__":
    bundle(*(Path(folder).resolve() for folder in sys.argv[1:]))
