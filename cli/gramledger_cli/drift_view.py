"""How a file differs from the ones imported before, as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless, pairs


def drift(document: Mapping[str, Any]) -> str:
    """What is suspicious about the columns first, then what their names show; empty when there is nothing to tell."""
    parts = []
    if document["suspected"]:
        lines = [f"  {_suspect(found)}" for found in document["suspected"]]
        parts.append(
            "\n".join(["Columns seem to have changed places. Confirm only if that is right:", *lines])
        )
    renamed = [f"{name['before']} is now {name['now']}" for name in document["renamed"]]
    named = [
        ("new columns", ", ".join(document["new"])),
        ("missing columns", ", ".join(document["missing"])),
        ("renamed columns", ", ".join(renamed)),
        ("moved columns", ", ".join(document["moved"])),
    ]
    told = [(label, text) for label, text in named if text]
    if told:
        parts.append("Since the last import of this format:\n" + pairs(told))
    return "\n".join(parts)


def _suspect(found: Mapping[str, Any]) -> str:
    text = f"{found['column']} (column {found['number']}) holds what {found['looks_like']} used to hold"
    medians = [_median(found[name]) for name in ("found", "usual", "usual_there")]
    if all(medians):
        text += f": median {medians[0]}, before {medians[1]}, there {medians[2]}"
    return harmless(text)


def _median(quartiles: Sequence[float]) -> str:
    return figures.significant(quartiles[1]) if quartiles else ""
