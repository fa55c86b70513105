"""`--filter` says which rows of a file are imported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main


def announced(tmp_path: Path, *filters: str) -> tuple[int, list[dict[str, Any]]]:
    file = tmp_path / "usage.csv"
    file.write_text("Date\n")
    ledger = FakeLedger()
    options = [word for text in filters for word in ("--filter", text)]
    ended = main(["import", str(file), "--project", "demo", *options], surroundings(ledger, tmp_path))
    return ended, ledger.announced


@pytest.mark.parametrize(
    ("filters", "stated"),
    [
        (["date=2025-10-01..2025-10-31"], {"dates": {"from": "2025-10-01", "to": "2025-10-31"}}),
        (["date=2025-10-01.."], {"dates": {"from": "2025-10-01"}}),
        (["date=..2025-10-31"], {"dates": {"to": "2025-10-31"}}),
        (["date=2025-10-01"], {"dates": {"from": "2025-10-01", "to": "2025-10-01"}}),
        (
            ["kind=On-Demand", "kind=a=b", "model=gpt-5*"],
            {"kinds": ["On-Demand", "a=b"], "models": ["gpt-5*"]},
        ),
    ],
)
def test_filters_are_announced_with_the_file(
    tmp_path: Path, filters: list[str], stated: dict[str, Any]
) -> None:
    ended, announcements = announced(tmp_path, *filters)
    assert ended == Exit.OK
    assert [announcement["filters"] for announcement in announcements] == [stated]


def test_without_filters_none_are_announced(tmp_path: Path) -> None:
    assert "filters" not in announced(tmp_path)[1][0]


@pytest.mark.parametrize(
    "filters", [["kind"], ["kind="], ["user=ada"], ["date=2025-10-01", "date=2025-10-02"], ["=x"]]
)
def test_what_is_no_filter_is_refused_before_anything_is_sent(
    tmp_path: Path, filters: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert announced(tmp_path, *filters) == (Exit.USAGE, [])
    assert "filter" in capsys.readouterr().err


def test_the_preview_says_by_what_rows_are_judged_and_how_many_are_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    preview: dict[str, Any] = {
        "title": "Cursor usage events (CSV)",
        "variant": "V2",
        "encoding": "utf-8",
        "delimiter": ",",
        "preamble": [],
        "size": 100,
        "estimated_rows": 5,
        "mapping": [],
        "unmapped": [],
        "rows": [],
        "rejects": [],
        "filtered": {"filtered-date": 2, "filtered-kind": 1},
        "conditions": {"filters": {"kinds": ["Included"]}, "rules": {"models": ["gpt-5*"]}},
    }
    assert (
        main(["imports", "preview", "01IMPORT1"], surroundings(FakeLedger(preview=preview), tmp_path))
        == Exit.OK
    )
    out = capsys.readouterr().out
    assert '{"kinds": ["Included"]}' in out
    assert '{"models": ["gpt-5*"]}' in out
    assert "3 are left out by the filters" in out
