"""Versions of half-hourly intensities as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import table


def versions(documents: Sequence[Mapping[str, Any]]) -> str:
    """A table of versions: what each holds, and whose it is."""
    if not documents:
        return "No half-hourly intensities have been imported yet."
    rows = [
        (
            document["label"],
            _minute(document["first"]),
            _minute(document["last"]),
            figures.count(document["half_hours"]),
            figures.count(document["forecasts"]),
            str(document["created_by"]),
        )
        for document in documents
    ]
    return table(("VERSION", "FIRST", "LAST", "HALF HOURS", "FORECAST ONLY", "BY"), rows, left=3)


def _minute(instant: str) -> str:
    return f"{instant[:16].replace('T', ' ')}Z"
