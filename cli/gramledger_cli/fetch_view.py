"""Schedules, backfills and cursors as text for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gramledger_cli.tables import pairs, table

_SHOWN_GAPS = 5
_COUNTS = (
    ("processed", "windows processed"),
    ("unchanged", "of them unchanged"),
    ("missed", "attempts missed"),
    ("imported", "entries imported"),
    ("updated", "entries updated"),
    ("skipped", "entries there already"),
    ("failed", "rows refused"),
    ("pages", "pages read"),
    ("throttled", "times asked to slow down"),
    ("retried", "requests repeated"),
    ("restarted", "windows begun anew"),
    ("pricing_fallbacks", "entries without list price"),
)


def schedules(documents: Sequence[Mapping[str, Any]]) -> str:
    """One line for each schedule."""
    rows = [(known["name"], known["expression"] or "never", known["description"]) for known in documents]
    return table(("SCHEDULE", "WHEN", "WHAT"), rows, left=3)


def backfills(documents: Sequence[Mapping[str, Any]]) -> str:
    """One line for each backfill."""
    if not documents:
        return "There are no backfills."
    rows = [
        (
            known["backfill_id"],
            str(known["key_label"] or known["key_id"]),
            f"{known['start']} to {known['end']}",
            known["status"],
            f"{known['percent']} %",
        )
        for known in documents
    ]
    return table(("backfill", "key", "days", "status", "done"), rows, left=4)


def backfill(document: Mapping[str, Any]) -> str:
    """One backfill with its chunks."""
    windows, key = document["windows"], document["key_label"] or document["key_id"]
    done = f"{windows['done']:,} of {windows['total']:,} windows of {key}"
    days = f"{document['start']} to {document['end']}"
    lines = [f"Backfill {document['backfill_id']} is {document['status']}: {done}, {days}."]
    if document["label"]:
        lines.append(f"  {document['label']}")
    lines.append(counts(document["counts"]))
    lines += [chunk(known) for known in document["chunks"] if known["issues"]]
    return "\n".join(line for line in lines if line)


def chunk(document: Mapping[str, Any]) -> str:
    """What one chunk of a backfill came to, in one line."""
    numbers = document["counts"]
    told = [f"{numbers.get('processed', 0)} windows", f"{numbers.get('imported', 0):,} imported"]
    told += [f"{numbers[name]:,} {name}" for name in ("updated", "unchanged", "missed") if name in numbers]
    told += [f"{code} ({number})" for code, number in document["issues"].items()]
    return f"  {document['endpoint']}  {document['first']} to {document['last']}: {', '.join(told)}"


def cursors(documents: Sequence[Mapping[str, Any]]) -> str:
    """How far each endpoint has been fetched, and what is wrong."""
    if not documents:
        return "There are no provider keys."
    rows = [
        (
            known["key_label"],
            known["endpoint"],
            known["status"],
            known["through"] or "nothing yet",
            f"{len(known['gaps']):,}",
            known["succeeded_at"] or "",
        )
        for known in documents
    ]
    lines = [table(("key", "endpoint", "status", "through", "gaps", "last success"), rows, left=4)]
    for known in documents:
        details = [counts(known["counts"]), *_troubles(known)]
        if any(details):
            lines += [f"\n{known['cursor']}", *details]
    return "\n".join(line for line in lines if line)


def _troubles(known: Mapping[str, Any]) -> list[str]:
    lines = []
    if known["gaps"]:
        more = len(known["gaps"]) - _SHOWN_GAPS
        shown = ", ".join(known["gaps"][:_SHOWN_GAPS]) + (f" and {more:,} more" if more > 0 else "")
        lines.append(f"  gaps: {shown}")
    lines += [f"  {day}: {code}" for day, code in list(known["failing"].items())[:_SHOWN_GAPS]]
    if known["issues"]:
        lines.append("  issues so far: " + ", ".join(f"{code} {n:,}" for code, n in known["issues"].items()))
    return lines


def windows(documents: Sequence[Mapping[str, Any]]) -> str:
    """One line for each day."""
    rows = [
        (
            known["day"],
            "in the ledger" if known["in_ledger"] else "missing",
            known["code"] or ("on its way" if known["pending"] else ""),
            known["checked_at"] or "",
            known["import_id"] or "",
        )
        for known in documents
    ]
    return table(("day", "state", "trouble", "checked", "import"), rows, left=5)


def counts(numbers: Mapping[str, int]) -> str:
    """What fetching came to, line by line."""
    rows = [(title, f"{numbers[name]:,}") for name, title in _COUNTS if name in numbers]
    return pairs(rows, right=True) if rows else ""
