"""File formats as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli.tables import pairs, table


def formats(documents: Sequence[Mapping[str, Any]]) -> str:
    """A list of file formats."""
    rows = [(d["name"], d["title"], ", ".join(d["variants"])) for d in documents]
    return table(("FORMAT", "TITLE", "VARIANTS"), rows, left=3)


def format_(document: Mapping[str, Any]) -> str:
    """One file format with its columns."""
    stated = [
        ("format", str(document["name"])),
        ("title", str(document["title"])),
        ("variants", ", ".join(document["variants"])),
    ]
    rows = [
        (
            " or ".join(column["names"]),
            str(column["field"]),
            str(column["kind"]),
            "yes" if column["required"] else "",
        )
        for column in document["columns"]
    ]
    return f"{pairs(stated, indent='')}\n\n{table(('COLUMN', 'MEANS', 'KIND', 'REQUIRED'), rows, left=4)}"
