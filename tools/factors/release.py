"""Another release of EcoLogits than the installed one, for a single run of a command.

Its wheel is unpacked beside the environment and goes before what is installed, so that constants, providers and mixes
are those of that release, and its dependencies are those of the environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import ecologits


def download(releases: Iterable[str], folder: Path) -> None:
    """Fetch the wheels of the releases with pip, without their dependencies."""
    for release in releases:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, f"ecologits=={release}"], check=True)  # noqa: S603 -- a fixed command


def wheel_of(release: str, folder: Path) -> Path:
    """The release's wheel in a folder. Raises SystemExit where it is not there."""
    found = next(folder.glob(f"ecologits-{release}-*.whl"), None)
    if found is None:
        raise SystemExit(f"{folder} has no wheel of ecologits {release}")
    return found


def installed(release: str) -> bool:
    """Whether this process runs with the release."""
    return str(ecologits.__version__) == release


def run_with(wheel: Path, module: str, arguments: Sequence[str]) -> None:
    """Run a module with the release of a wheel in a process of its own. Raises SystemExit where that fails."""
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        paths = [unpacked, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run([sys.executable, "-m", module, *arguments], env=environment, check=False)  # noqa: S603 -- ourselves
    if done.returncode:
        raise SystemExit(done.returncode)
