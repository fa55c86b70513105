"""Presets as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli.tables import pairs, table

ABOUT = ("preset", "versions", "id", "version", "shipped", "created_at", "created_by")
"""Members that are no settings."""


def presets(documents: Sequence[Mapping[str, Any]]) -> str:
    """A list of presets."""
    rows = [
        (
            document["preset"],
            document["name"],
            _grid(document["grid"]),
            document["factors_id"],
            "shipped" if document["shipped"] else str(document["created_by"]),
        )
        for document in documents
    ]
    return table(("PRESET", "NAME", "ELECTRICITY", "FACTORS", "BY"), rows, left=5)


def preset(document: Mapping[str, Any]) -> str:
    """One preset with its settings, each by its full name."""
    by = (
        "shipped with Gramledger"
        if document["shipped"]
        else f"{document['created_by']}, {document['created_at']}"
    )
    settings = {name: value for name, value in document.items() if name not in ABOUT}
    return pairs([("preset", document["preset"]), ("by", by), *_settings(settings)], indent="")


def _settings(members: Mapping[str, Any], above: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for name, value in members.items():
        if isinstance(value, Mapping):
            rows += _settings(value, f"{above}{name}.")
        elif isinstance(value, list) and value and isinstance(value[0], str):
            rows += [(f"{above}{name}" if not place else "", text) for place, text in enumerate(value)]
        elif isinstance(value, list):
            rows.append((f"{above}{name}", " to ".join(f"{number:g}" for number in value)))
        elif isinstance(value, bool):
            rows.append((f"{above}{name}", "yes" if value else "no"))
        else:
            rows.append((f"{above}{name}", str(value)))
    return rows


def _grid(grid: Mapping[str, Any]) -> str:
    if grid.get("kg_per_kwh") is not None:
        return f"{1000 * grid['kg_per_kwh']:g} g a kWh"
    return str(grid.get("zone") or "of the provider")
