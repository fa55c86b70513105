"""Many at once through the front door: every row counts exactly once, whoever was first."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.files import export, minutes
from support.front import Front

pytestmark = pytest.mark.stack

IMPORTS = int(os.environ.get("GRAMLEDGER_IMPORTS_AT_ONCE", "50"))
"""They take a minute on two processors."""
STEP, ROWS = 10, 40
"""Each of the files has ROWS rows and shares all but STEP of them with the one before it."""

OUTCOMES = ("imported", "updated", "duplicate_identical", "duplicate_differing", "rejected", "excluded")


def test_two_tabs_importing_one_file_of_10000_rows_import_10000(front: Front, project: str) -> None:
    days = [f"2025-11-{day:02d}" for day in range(1, 11)]
    content = export([line for day in reversed(days) for line in minutes(1000, day=day)])
    with ThreadPoolExecutor(2) as tabs:
        done = list(tabs.map(lambda _: front.wait(front.send(project, content), seconds=300), range(2)))
    receipts = [found["receipt"] for found in done]
    assert sum(receipt["imported"] for receipt in receipts) == 10_000
    assert sum(receipt["duplicate_identical"] for receipt in receipts) == 10_000
    assert len(front.entries(project, limit=1000)) == 10_000


def test_many_imports_at_once_into_one_project_are_exact(front: Front, project: str) -> None:
    total = STEP * (IMPORTS - 1) + ROWS
    every = minutes(total)[::-1]
    files = [export(every[STEP * number : STEP * number + ROWS]) for number in range(IMPORTS)]
    with ThreadPoolExecutor(4) as people:
        sent = list(people.map(lambda content: front.send(project, content), files))
        done = list(people.map(lambda import_id: front.wait(import_id, seconds=600), sent))
    receipts = [found["receipt"] for found in done]
    assert [found["status"] for found in done] == ["completed"] * IMPORTS
    assert all(
        sum(receipt[outcome] for outcome in OUTCOMES) == receipt["rows_in"] == ROWS for receipt in receipts
    )
    assert sum(receipt["imported"] for receipt in receipts) == total
    assert sum(receipt["duplicate_identical"] for receipt in receipts) == IMPORTS * ROWS - total
    entries = front.entries(project, limit=1000)
    assert len({entry["ts"] for entry in entries}) == len(entries) == total
    # ids sort by creation, and the earliest import that has an event keeps it, whoever wrote first
    earliest = min(sent)
    assert receipts[sent.index(earliest)]["imported"] == ROWS
