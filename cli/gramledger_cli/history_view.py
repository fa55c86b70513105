"""The history of a project and the outcome of an audit as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import table

Row = Mapping[str, Any]
"""A version as the API gives it."""


def history(versions: Sequence[Row]) -> str:
    """A line for each version, by day and number."""
    if not versions:
        return "Nothing has happened to these days."
    header = ("DAY", "VERSION", "AT", "CAUSE", "BY", "ENTRIES", "TOKENS", "HASH")
    rows = [
        (
            version["day"],
            figures.count(version["version"]),
            _to_the_second(version["at"]),
            _cause(version["cause"]),
            version["actor"] or figures.NONE,
            figures.count(version["entries"]),
            figures.count(version["totals"]["tokens"]["total"]),
            version["hash"][:12],
        )
        for version in versions
    ]
    return table(header, rows, left=5)


def _to_the_second(instant: str) -> str:
    return instant[:19].replace("T", " ")


def _cause(cause: Row) -> str:
    return " ".join(filter(None, (cause["kind"], cause["import_id"] or cause.get("recalculation_id"))))


def faults(found: Sequence[tuple[str, str]]) -> str:
    """What an audit found, a line for each: where, and what is wrong."""
    return table(("WHERE", "FAULT"), found, left=2)
