"""Saved mappings as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli.tables import table


def mappings(documents: Sequence[Mapping[str, Any]]) -> str:
    """A list of saved mappings."""
    rows = [
        (
            document["name"],
            str(document["mapping"]["format"]),
            ", ".join(document["header"]) if document["header"] else "by name only",
            str(document["saved_at"]),
        )
        for document in documents
    ]
    header = ("NAME", "FORMAT", "APPLIED TO FILES WITH", "SAVED")
    return table(header, rows, left=4) if rows else "No saved mappings."
