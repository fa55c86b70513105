"""Rejected rows as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless


def rejects(documents: Iterable[Mapping[str, Any]]) -> str:
    """Rejected rows, each with its place, reason and text."""
    blocks = []
    for document in documents:
        where = f"line {document['line']:,} (row {document['row']:,})"
        blocks.append(
            f"{where}: {harmless(str(document['message']))} [{document['code']}]\n"
            f"  {harmless(str(document['raw']))}"
            + (f"\n  repair: {document['repair']}" if document.get("repair") else "")
        )
    return "\n".join(blocks) if blocks else "No rejected rows."


def reject_groups(documents: Iterable[Mapping[str, Any]]) -> str:
    """Reasons of rejected rows, each with its number of rows, its repair and the first rows."""
    blocks = []
    for document in documents:
        rows = figures.counted(document["count"], "row", "rows")
        parts = [
            f"{rows}{' left out' if document['excluded'] else ''}: {document['title']} [{document['code']}]"
        ]
        parts += [f"  expected: {document['expected']}", f"  repair: {document['repair']}"]
        parts += [f"  {_place(first)}" for first in document["first"]]
        hidden = document["count"] - len(document["first"])
        if hidden and document["first"]:
            parts.append(f"  and {hidden:,} more")
        blocks.append("\n".join(parts))
    return "\n".join(blocks) if blocks else "No rejected rows."


def _place(first: Mapping[str, Any]) -> str:
    column = f", column {first['column']!r}" if first.get("column") else ""
    found = f": {first['found']!r}" if first.get("found") else ""
    return harmless(f"line {first['line']:,} (row {first['row']:,}){column}{found}")
