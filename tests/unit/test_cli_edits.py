"""`--edit` says which cells are corrected when an import is confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main


def confirmed(tmp_path: Path, *options: str) -> tuple[int, Any]:
    ledger = FakeLedger()
    ended = main(["imports", "confirm", "01IMPORT1", "--no-watch", *options], surroundings(ledger, tmp_path))
    return ended, ledger.corrections


def test_edits_are_sent_with_the_confirmation(tmp_path: Path) -> None:
    edits = ("--edit", "12:Model=gpt-5", "--edit", "3:7=a=b:c", "--edit", "4:Cost=")
    ended, heard = confirmed(tmp_path, *edits)
    assert ended == Exit.OK
    assert heard == [
        {
            "edits": [
                {"row": 12, "column": "Model", "value": "gpt-5"},
                {"row": 3, "column": "7", "value": "a=b:c"},
                {"row": 4, "column": "Cost", "value": ""},
            ]
        }
    ]


def test_without_edits_none_are_sent(tmp_path: Path) -> None:
    assert confirmed(tmp_path) == (Exit.OK, [{}])


@pytest.mark.parametrize("edit", ["Model=x", "x:Model=y", "1:=x", "1:Model", "-1:Model=x", ""])
def test_what_is_no_edit_is_refused(tmp_path: Path, edit: str) -> None:
    assert confirmed(tmp_path, "--edit", edit) == (Exit.USAGE, [])
