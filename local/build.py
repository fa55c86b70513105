"""`./run build`: the deployable artifacts, with the SAM CLI, for both architectures; and the proof that they load.

Each function is imported with its layers by a Python 3.13 that sees nothing else. Artifacts lie in build/sam/<arch>;
deploy them with `sam deploy --template build/sam/arm64/template.yaml`.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from local.home import ROOT, LocalError
from local.template import REGION

ARCHITECTURES = ("arm64", "x86_64")
LIMIT_MB = 200  # Lambda's own limit for a function with its layers is 250
LAYERS = ("SharedLayer", "DependenciesLayer", "ArrowLayer")
_SAM = ROOT / ".venv-sam/bin/sam"
_IMPORT = (
    "import sys, time; sys.path[:0] = sys.argv[1:]; start = time.perf_counter(); import app; "
    "assert callable(app.handler); print(round((time.perf_counter() - start) * 1000))"
)


def main() -> int:
    """Build, measure and import everything; returns 1 with the reason when something is wrong."""
    try:
        python = find_python()
        if not shutil.which("make"):
            raise LocalError("SAM builds layers with make, and there is none ('apt-get install make')")
        for architecture in ARCHITECTURES:
            folder = build(architecture, python)
            _say(f"\n{architecture}: {folder.relative_to(ROOT)}")
            for line in report(folder):
                _say(f"  {line}")
            if architecture == own_architecture():
                for name, milliseconds in import_functions(folder, python):
                    _say(f"  {name} imports in {milliseconds} ms")
            else:
                _say(f"  not imported: this machine is no Linux on {architecture}")
    except LocalError as problem:
        _say(f"build: {problem}")
        return 1
    return 0


def find_python() -> Path:
    """A Python 3.13: on the PATH, of pyenv, or of uv. Raises LocalError when there is none."""
    for candidate in _candidates():
        asked = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2], sys.executable)"],
            capture_output=True,
            text=True,
            check=False,
        )
        version, _, executable = asked.stdout.strip().partition(" ")
        if version == "3.13":
            return Path(executable)
    raise LocalError(
        "needs Python 3.13, which Lambda runs; install one, for example by 'uv python install 3.13'"
    )


def _candidates() -> Iterator[str]:
    if on_path := shutil.which("python3.13"):
        yield on_path
    yield from sorted(map(str, Path.home().glob(".pyenv/versions/3.13*/bin/python3.13")), reverse=True)
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        found = subprocess.run(
            [uv, "python", "find", "--no-project", "3.13"], capture_output=True, text=True, check=False
        )
        if found.returncode == 0:
            yield found.stdout.strip()


def build(architecture: str, python: Path) -> Path:
    """Run `sam build` for an architecture; returns the folder of the artifacts. Raises LocalError."""
    folder = ROOT / "build/sam" / architecture
    environment = {
        **os.environ,
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": REGION,
        "GRAMLEDGER_ROOT": str(ROOT),
        "GRAMLEDGER_PYTHON": sys.executable,
        "GRAMLEDGER_TARGET_PYTHON": str(python),
        "GRAMLEDGER_ARCHITECTURE": architecture,
    }
    ran = subprocess.run(
        [
            *(_SAM, "build", "--template", ROOT / "template.yaml", "--build-dir", folder),
            *("--base-dir", ROOT, "--parameter-overrides", f"Architecture={architecture}"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )
    if ran.returncode:
        raise LocalError(f"sam build for {architecture} failed:\n{ran.stdout}{ran.stderr}")
    return folder


def report(folder: Path) -> Iterator[str]:
    """The size of each layer and of the largest function with its layers. Raises LocalError above the limit."""
    sizes = {name: _megabytes(folder / name) for name in LAYERS}
    for name, size in sizes.items():
        yield f"{name}: {size:.1f} MB"
    function, largest = max(
        ((name, _megabytes(folder / name)) for name in functions(folder)), key=lambda f: f[1]
    )
    whole = sum(sizes.values()) + largest
    yield f"largest function with its layers: {whole:.1f} MB ({function})"
    if whole >= LIMIT_MB:
        raise LocalError(f"{function} with its layers is {whole:.1f} MB unzipped; the limit is {LIMIT_MB} MB")


def functions(folder: Path) -> list[str]:
    """The functions of a built template, by their names in it."""

    class Loader(yaml.SafeLoader):
        """Takes CloudFormation's tags for granted: only types are read."""

    Loader.add_multi_constructor("!", lambda *_: None)
    built = yaml.load((folder / "template.yaml").read_text(encoding="utf-8"), Loader)  # noqa: S506 - a SafeLoader
    return [
        n for n, resource in built["Resources"].items() if resource["Type"] == "AWS::Serverless::Function"
    ]


def import_functions(folder: Path, python: Path) -> Iterator[tuple[str, int]]:
    """Import each built function with its layers alone; yields the milliseconds it took. Raises LocalError."""
    layers = [folder / name / "python" for name in LAYERS]
    for name in functions(folder):
        environment = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": REGION}
        ran = subprocess.run(
            [python, "-I", "-S", "-c", _IMPORT, folder / name, *layers],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        if ran.returncode:
            raise LocalError(f"{name} cannot be imported with its layers:\n{ran.stderr}")
        yield name, int(ran.stdout)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def own_architecture() -> str | None:
    """The architecture whose artifacts this machine can load, if any."""
    if platform.system() != "Linux":
        return None
    return {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - a command talks to its user


if __name__ == "__main__":
    sys.exit(main())
