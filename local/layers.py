"""Build one Lambda layer: `python -m local.layers shared|dependencies|arrow FOLDER` (called by the layers' makefiles).

Reads from its environment GRAMLEDGER_ARCHITECTURE (arm64 or x86_64), and GRAMLEDGER_TARGET_PYTHON, a Python 3.13:
modules are compiled by the version that will import them, because Lambda mounts layers read-only and would otherwise
compile all of pyarrow at every cold start.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from local.home import ROOT

_LOCK = ROOT / "locks/layer.lock"
_ARROW = {"pyarrow", "numpy"}
_WHEELS = {"arm64": "aarch64", "x86_64": "x86_64"}

# What no function loads: tests, headers, sources of extensions, and the libraries of services we do not talk to.
_DROPPED = (
    "**/tests",
    "**/include",
    "**/*.pyx",
    "**/*.pxd",
    "**/*.pxi",
    "**/*.pyi",
    "**/*.h",
    "**/*.cc",
    "**/*.a",
    "numpy/f2py",
    "numpy/_pyinstaller",
    "pyarrow/src",
    "pyarrow/*flight*",
    "pyarrow/*_s3*",
    "pyarrow/*_gcsfs*",
    "pyarrow/*_azurefs*",
    "pyarrow/*_hdfs*",
    "pyarrow/*_orc*",
    "pyarrow/*cuda*",
    "pyarrow/jvm.py",
    "bin",
)


def build(name: str, folder: Path, architecture: str, target: Path) -> None:
    """Fill a folder with one layer, laid out as Lambda mounts it below /opt."""
    packages = folder / "python"
    if name == "shared":
        shutil.copytree(
            ROOT / "layers/shared/python", packages, ignore=shutil.ignore_patterns("__pycache__", "*.pyc")
        )
    else:
        _install(packages, architecture, arrow=name == "arrow")
        _trim(packages)
        _strip(packages, architecture)
    # a hash that nobody checks: the times of files do not survive the way through an archive
    compilation = ["-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([target, *compilation, packages], check=True)


def _install(packages: Path, architecture: str, *, arrow: bool) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.writelines(text for name, text in _requirements() if (name in _ARROW) == arrow)
        wanted.flush()
        common = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", "3.13"]
        sources = ["--target", str(packages), "-r", wanted.name]
        platform = f"{_WHEELS[architecture]}-manylinux_2_28"
        uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
        if uv:
            command = [uv, "pip", "install", "-q", "--python-platform", platform, *common, *sources]
        else:
            tag = f"manylinux_2_28_{_WHEELS[architecture]}"
            tags = ["--platform", tag, "--platform", tag.replace("_2_28", "2014"), "--implementation", "cp"]
            command = [sys.executable, "-m", "pip", "install", "-q", *tags, *common, *sources]
        subprocess.run(command, check=True, env={"UV_SYSTEM_CERTS": "1", **os.environ})


def _requirements() -> Iterator[tuple[str, str]]:
    """The name and the text, hashes included, of each entry of the lock."""
    text = re.sub(r"(?m)^\s*#.*\n", "", _LOCK.read_text(encoding="utf-8"))
    for entry in re.split(r"(?m)^(?=\S)", text):
        if entry.strip():
            yield entry.partition("==")[0].strip(), entry


def _trim(packages: Path) -> None:
    for pattern in _DROPPED:
        for path in list(packages.glob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)


def _strip(packages: Path, architecture: str) -> None:
    """Take the debugging symbols out of libraries, if there is a tool for the architecture; else they stay larger."""
    tools = (f"{_WHEELS[architecture]}-linux-gnu-strip", "llvm-strip", "strip")
    tool = next((found for found in map(shutil.which, tools) if found), None)
    if tool is None:
        return
    for library in packages.rglob("*.so*"):
        subprocess.run([tool, "--strip-unneeded", library], check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    build(
        sys.argv[1],
        Path(sys.argv[2]),
        os.environ["GRAMLEDGER_ARCHITECTURE"],
        Path(os.environ["GRAMLEDGER_TARGET_PYTHON"]),
    )
