"""Files made to exhaust whoever reads them: each is refused with a clear problem, in little time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.hostile import FILES, Made

ROOT = Path(__file__).parents[2]
SECONDS = 5
MEGABYTES = 300

CODES = {
    "gzip of 1,000:1": "expands-too-far",
    "gzip of 1,000:1 in small members": "expands-too-far",
    "zip of 1,000:1": "expands-too-far",
    "zeros alone": "not-a-table",
    "zeros below a header": "not-a-table",
    "zeros below good rows": "record-too-long",
    "line of 200 MB alone": "format-unknown",
    "line of 200 MB below a header": "record-too-long",
    "line of 200 MB below good rows": "record-too-long",
    "unclosed quote of 100 MB": "record-too-long",
    "unclosed quote of 100 MB after escaped ones": "record-too-long",
    "line of 200 MB after escaped quotes": "record-too-long",
    "zip with a path in its name": "archive-contents",
    "million columns in the header": "format-unknown",
    "million columns in a row": "record-too-long",
    "json: string of 200 MB": "json-unreadable",
    "json: arrays in arrays": "json-unreadable",
    "json: objects in objects": "json-unreadable",
    "json: small objects in one record": "json-unreadable",
    "json: many names": "expands-too-far",
    "json: a sparse table": "expands-too-far",
    "json: blanks": "no-rows",
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measures memory as Linux states it")
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_soon_and_in_little_memory(name: str) -> None:
    path = os.pathsep.join(str(ROOT / part) for part in (".", "layers/shared/python", "cli", "tests"))
    ran = subprocess.run(  # noqa: S603 -- our own program
        [sys.executable, "-m", "support.hostile", name],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=120,
    )
    found = json.loads(ran.stdout)
    assert (found["status"], found["code"]) == ("failed", CODES[name])
    assert found["megabytes"] < MEGABYTES
    assert found["seconds"] < SECONDS


@pytest.mark.parametrize("start", range(0, 14, 3))
@pytest.mark.parametrize("length", [1, 4, 40])
def test_a_made_file_is_the_same_however_it_is_read(start: int, length: int) -> None:
    made = Made(b"ab", b"cde", 3, b"fg")
    assert made.read(start, start + length) == b"abcdecdecdefg"[start : start + length]
