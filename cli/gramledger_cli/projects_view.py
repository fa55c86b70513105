"""Projects with their settings as text for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import table


def projects(documents: Sequence[Mapping[str, Any]]) -> str:
    """A list of projects."""
    rows = [
        (d["project_id"], d["name"], str(d.get("preset", "")), str(d.get("created_at", "")))
        for d in documents
    ]
    return table(("PROJECT", "NAME", "PRESET", "CREATED"), rows, left=4) if rows else "No projects."


def project(document: Mapping[str, Any]) -> str:
    """One project with its settings."""
    settings = document["settings"]
    rows = [
        ("project", f"{document['name']} ({document['project_id']})"),
        ("preset", str(document["preset"])),
        ("zone", settings["zone"] or "none"),
        *((f"identity of {name}", chosen) for name, chosen in settings.get("identity", {}).items()),
        ("recalculate", settings.get("recalculate", "never")),
        ("replaced entries", f"kept {_kept(settings.get('history_days'))}"),
        ("rules", json.dumps(settings["rules"], ensure_ascii=False) if settings["rules"] else "none"),
        *((f"alias {name}", model) for name, model in settings["aliases"].items()),
    ]
    return table(("SETTING", "VALUE"), rows, left=2)


def _kept(days: int | None) -> str:
    return "for ever" if days is None else figures.counted(days, "day", "days")
