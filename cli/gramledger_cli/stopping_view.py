"""What stopping an import did, as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import pairs

_SHOWN = 5
"""How many runs of kept days are named; `--json` has all days."""


def taken_back(report: Mapping[str, Any], ending: Mapping[str, Any]) -> str:
    """What became of the events of an import that was cancelled or undone."""
    numbers = [
        ("claims removed", report["claims_removed"]),
        ("entries removed", report["entries_removed"]),
        ("entries of others restored", report["entries_restored"]),
        ("entries that others state as well", report["entries_kept"]),
        ("claims kept", report["claims_kept"]),
    ]
    lines = [(name, figures.count(number)) for name, number in numbers if number]
    if report["imports"]:
        lines.append(("receipts of other imports changed", figures.count(len(report["imports"]))))
    if report["kept_days"]:
        lines.append(("days kept", _days(report["kept_days"])))
    said = f"  {ending['status']} by {ending['by']} at {ending['at']}"
    if not lines:
        return f"{said}: nothing of it was in the ledger"
    return f"{said}\n{pairs(lines)}"


def _days(days: list[str]) -> str:
    """Days in order, those without a gap between them as one run: `2026-03-01 to 2026-03-05, 2026-03-09`."""
    runs: list[list[str]] = []
    for day in days:
        if runs and (date.fromisoformat(day) - date.fromisoformat(runs[-1][-1])).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs[:_SHOWN])
    further = sum(map(len, runs[_SHOWN:]))
    return f"{named} and {further} more" if further else named
