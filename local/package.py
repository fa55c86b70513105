"""Functions as the engine runs them: the handler of the repository under the runtime client of AWS.

The engine's own Python runtime calls every error `Runtime.HandlerError` and forgets the worker. As a custom runtime
whose `bootstrap` leads to `awslambdaric`, a handler's errors keep their names and its process is used again.
"""

from __future__ import annotations

import hashlib
import io
import os
import shlex
import sys
import zipfile
from pathlib import Path
from typing import Any

from local.home import ROOT
from local.template import ARTIFACTS, Template

SHARED = ROOT / "layers/shared/python"
RUNTIME = "provided.al2023"


def localise(template: Template, sources: Path = ROOT) -> dict[str, bytes]:
    """Make an expanded template's functions and state machines fit one machine (in place).

    Returns the archives to be stored in the artifacts bucket, by key: named by their content, so that a changed
    handler or package is a changed function.
    """
    archives: dict[str, bytes] = {}
    package = _fingerprint(SHARED)
    resources = template["Resources"]
    for name in [
        name for name, resource in resources.items() if resource["Type"] == "AWS::Lambda::LayerVersion"
    ]:
        del resources[name]
    for resource in resources.values():
        if resource["Type"] == "AWS::Lambda::Function":
            properties = resource["Properties"]
            beside = resource.get("Metadata", {}).get("Beside")
            archive = _archive(
                sources / properties["Code"]["S3Key"], package, beside=sources / beside if beside else None
            )
            key = f"{hashlib.sha256(archive).hexdigest()}.zip"
            archives[key] = archive
            properties["Code"] = {"S3Bucket": ARTIFACTS, "S3Key": key}
            properties["Runtime"] = RUNTIME
            properties.pop("Layers", None)
    return archives


def fit_concurrency(definition: dict[str, Any], cores: int) -> None:
    """Lower the concurrency of every Map of a state machine to the machine's cores (in place)."""
    for state in definition["States"].values():
        if state["Type"] == "Map":
            state["MaxConcurrency"] = min(state.get("MaxConcurrency") or cores, cores)
            fit_concurrency(state["ItemProcessor"], cores)


def cores() -> int:
    """Processors this process may use; at least two tasks overlap even on one, since a task also waits."""
    return max(2, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2)


def _archive(folder: Path, package: str, *, beside: Path | None) -> bytes:
    """A zip that is the same, byte for byte, for the same files; another folder lies beside the handler."""
    bootstrap = "\n".join(
        (
            "#!/bin/sh",
            f"# package {package}",
            f'export PYTHONPATH="$LAMBDA_TASK_ROOT":{shlex.quote(str(SHARED))} PYTHONUNBUFFERED=1',
            f"exec {shlex.quote(sys.executable)} -I -S {shlex.quote(str(ROOT / 'local/worker.py'))}",
            "",
        )
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "bootstrap", bootstrap.encode(), mode=0o755)
        for path in _sources(folder):
            _add(archive, path.relative_to(folder).as_posix(), path.read_bytes(), mode=0o644)
        if beside:
            for path in _sources(beside):
                _add(archive, path.relative_to(beside.parent).as_posix(), path.read_bytes(), mode=0o644)
    return buffer.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes, *, mode: int) -> None:
    entry = zipfile.ZipInfo(name, date_time=(2020, 1, 1, 0, 0, 0))
    entry.external_attr = (0o100000 | mode) << 16
    archive.writestr(entry, content, compress_type=zipfile.ZIP_DEFLATED)


def _sources(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)


def _fingerprint(folder: Path) -> str:
    """A name for the present content of a folder."""
    digest = hashlib.sha256()
    for path in _sources(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
