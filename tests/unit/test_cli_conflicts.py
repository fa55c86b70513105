"""The command line says what becomes of entries that are there, and shows what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli import duplicates_view, imports_view
from gramledger_cli.exits import Exit
from gramledger_cli.main import main


def announced(tmp_path: Path, *options: str) -> tuple[int, list[dict[str, Any]]]:
    file = tmp_path / "usage.csv"
    file.write_text("Date\n")
    ledger = FakeLedger()
    ended = main(["import", str(file), "--project", "demo", *options], surroundings(ledger, tmp_path))
    return ended, ledger.announced


@pytest.mark.parametrize(
    ("options", "members"),
    [
        ([], {}),
        (["--on-conflict", "update"], {"on_conflict": "update"}),
        (["--replace"], {"mode": "replace"}),
        (
            ["--window", "2025-11-01..2025-11-30", "--account", "team one"],
            {
                "mode": "replace",
                "window": {"from": "2025-11-01", "to": "2025-11-30"},
                "account": "team one",
            },
        ),
        (
            ["--replace", "--window", "2025-11-01"],
            {"mode": "replace", "window": {"from": "2025-11-01", "to": "2025-11-01"}},
        ),
    ],
)
def test_what_is_asked_is_announced_with_the_file(
    tmp_path: Path, options: list[str], members: dict[str, Any]
) -> None:
    ended, (announcement,) = announced(tmp_path, *options)
    assert ended == Exit.OK
    names = ("on_conflict", "mode", "window", "account")
    assert {name: announcement[name] for name in names if name in announcement} == members


@pytest.mark.parametrize(
    "options", [["--on-conflict", "merge"], ["--window", ".."], ["--window", "2025-11-01.."]]
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(tmp_path: Path, options: list[str]) -> None:
    ended, announcements = announced(tmp_path, *options)
    assert (ended, announcements) == (Exit.USAGE, [])


def test_a_receipt_tells_what_was_updated_superseded_and_removed() -> None:
    shown = imports_view.receipt(
        {
            "rows_in": 7,
            "rows_accepted": 7,
            "claims": 7,
            "rejected": 0,
            "excluded": 0,
            "imported": 1,
            "updated": 2,
            "duplicate_identical": 0,
            "duplicate_differing": 0,
            "superseded": 4,
            "removed": 1,
        }
    )
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    assert {"updated 2", "superseded by later imports 4", "removed 1 entry of earlier imports"} <= lines


def test_a_differing_row_says_why_it_is_no_entry() -> None:
    claim = {"cost": {"text": "1"}}
    document = {
        "row": 3,
        "ts": "2025-11-03T00:05:00.000Z",
        "differs": ["cost"],
        "reason": "number-kept",
        "stated": {"cost": {"text": "-"}},
        "entry": {**claim, "source": "01EARLY", "row": 4},
    }
    assert duplicates_view.duplicates([document]).endswith("row 4; it stays, for a number would be lost")


@pytest.mark.parametrize(
    "words", [["--identity", "cursor"], ["--identity", "cursor=timestamp", "--no-identity"]]
)
def test_an_identity_is_a_format_and_a_rule(tmp_path: Path, words: list[str]) -> None:
    assert main(["projects", "set", "demo", *words], surroundings(FakeLedger(), tmp_path)) == Exit.USAGE
