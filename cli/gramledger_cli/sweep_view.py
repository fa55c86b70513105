"""A sweep as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gramledger_cli.tables import harmless, table

_DONE = {
    "start": "started",
    "begin_again": "begun again",
    "fail": "given up and taken back",
    "expire": "cancelled",
    "settle": "settled",
    "announce": "announced",
    "clear": "cleared away",
}


def report(document: Mapping[str, Any]) -> str:
    """What was found, a line for each import, and what else was removed."""
    dry = document["dry_run"]
    rows = [
        (found["import_id"], found["status"], _done(found, dry=dry), harmless(found["reason"]))
        for found in document["findings"]
    ]
    lines = (
        [table(("import", "status", "would be" if dry else "was", "because"), rows, left=4)] if rows else []
    )
    if not rows:
        lines.append("All imports are well.")
    removed = document["versions"] + document["bodies"]
    if removed:
        lines.append(f"{removed:,} versions and bodies of pages that nothing names were removed.")
    if document["deliveries"]:
        lines.append(f"{document['deliveries']:,} deliveries to webhooks go on.")
    if document["recalculations"]:
        lines.append(f"{document['recalculations']:,} recalculations were planned, or go on.")
    lines.extend(
        f"The history of {day['day']} cannot be followed, and nothing of that day was removed: "
        f"'gramledger audit verify --project {day['project_id']}' says what is wrong."
        for day in document["broken"]
    )
    if document["status"] == "failed":
        lines.append("The sweep ended before its time; the operator's log says why.")
    return "\n".join(lines)


def _done(found: Mapping[str, Any], *, dry: bool) -> str:
    done = _DONE.get(found["remedy"], str(found["remedy"]))
    return f"not {done} ({found['trouble']})" if found["trouble"] and not dry else done
