"""Test suites of others, fetched from npm when they are run: nothing of them is part of this project.

npm is asked by its own configuration. Without npm, node or a registry these tests are skipped, and say why.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

SECONDS = 60

Fetched = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> Fetched:
    """(package with its version, its checksum as npm states it) -> the folder with its files."""

    def fetch(package: str, integrity: str) -> Path:
        if not shutil.which("npm") or not shutil.which("node"):
            pytest.skip("npm and node are not installed: they fetch and read the suites of others")
        folder = tmp_path_factory.mktemp("npm")
        ran = subprocess.run(  # noqa: S603 -- a fixed command
            ["npm", "pack", package, "--json", "--loglevel=error", "--pack-destination", str(folder)],  # noqa: S607 -- wherever npm is
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if ran.returncode:
            last = ran.stderr.strip().splitlines()[-1:] or ["npm said nothing"]
            pytest.skip(f"npm could not fetch {package}: {last[0]}")
        archive = folder / json.loads(ran.stdout)[0]["filename"]
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        assert integrity == f"sha512-{digest}", f"{package} is not the one that was looked at"
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        return folder / "package"

    return fetch
