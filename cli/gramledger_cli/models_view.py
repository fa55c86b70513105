"""The model names of a project as text."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import harmless, table


def models(document: Mapping[str, Any], command: str) -> str:
    """A line for each name, and what may be done about those that are not known."""
    if not document["models"]:
        return f"{document['project_name']}: no model names in this range."
    rows = [
        (
            str(model["model"] or "(blank)"),
            str(model["resolved"] or "-") + (f" (retired, {model['last_seen']})" if model["retired"] else ""),
            str(model["step"]),
            str(model["quality"]).replace("_", " "),
            figures.percent(model["tokens_percent"]),
            figures.percent(model["entries_percent"]),
            figures.count(model["entries"]),
        )
        for model in document["models"]
    ]
    header = ("NAME", "TAKEN FOR", "STEP", "QUALITY", "TOKENS", "OF ENTRIES", "ENTRIES")
    parts = [table(header, rows, left=4)]
    name = next((m["model"] for m in document["models"] if m["quality"] == "unknown" and m["model"]), None)
    if name:
        parts.append(
            f"If you know which model '{harmless(name)}' is:\n"
            f"  {command} projects set {harmless(document['project_name'])} --alias '{harmless(name)}=provider/model'"
        )
    otherwise = sum(model["entries_calculated_otherwise"] for model in document["models"])
    if otherwise:
        entries = figures.counted(otherwise, "entry was", "entries were")
        project = shlex.quote(harmless(document["project_name"]))
        parts.append(
            f"{entries} calculated when names were taken for something else. To calculate them anew:\n"
            f"  {command} recalculate --project {project}"
        )
    return "\n\n".join(parts)
