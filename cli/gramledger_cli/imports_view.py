"""Imports as text for people: how each ended, what became of its rows, and where it stands."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gramledger_cli import figures, stopping_view
from gramledger_cli.importing import Outcome
from gramledger_cli.tables import harmless, pairs, table

REFUSED = (("rejected", "rejected"), ("excluded", "left out"))
"""Where the rows went that were not accepted."""

OUTCOMES = (
    ("imported", "imported"),
    ("updated", "updated"),
    ("duplicate_identical", "duplicate, identical"),
    ("duplicate_differing", "duplicate, differing"),
    ("superseded", "superseded by later imports"),
    ("not_kept", "not kept"),
)
"""Where each claim of the accepted rows went; mostly a row makes one, but it may hold many readings."""

UNFIT = ("format-unknown", "columns-missing", "aggregated-export")
"""Codes of problems that an example of the expected file helps with."""


def outcome(shown: Outcome, command: str | None) -> str:
    """One file's end: its status and receipt, and the next steps by `command`, when there is one."""
    head = f"{harmless(shown.file)}: {shown.status}"
    if shown.receipt and shown.document and shown.document.get("dry_run"):
        head += ", a dry run: nothing was saved"
    if shown.import_id:
        head += f" (import {shown.import_id})"
    parts = [head]
    if shown.problem:
        parts.append(problem(shown.problem))
        parts.extend(suggestion(shown.problem))
    if shown.receipt:
        parts.append(receipt(shown.receipt))
        if command:
            parts.extend(next_steps(shown.receipt, str(shown.import_id), command))
    elif command and (shown.problem or {}).get("code") in UNFIT:
        parts.append(f"  See what can be imported, with an example each: {command} formats")
    elif command and shown.goes_on:
        parts.append(f"  Look at it with: {command} imports show {shown.import_id}")
    return "\n".join(parts)


def problem(document: Mapping[str, Any]) -> str:
    """Why a file or request was refused."""
    title, detail = document.get("title"), str(document.get("detail") or "")
    code = f" [{document['code']}]" if document.get("code") else ""
    return harmless(f"  {title}: {detail}{code}" if title and title != detail else f"  {detail}{code}")


def suggestion(document: Mapping[str, Any]) -> list[str]:
    """The mapping that a refusal suggests, to be completed."""
    suggested = document.get("suggestion")
    if not suggested or not suggested["columns"]:
        return []
    text = harmless(json.dumps(suggested, ensure_ascii=False))
    return [f"  A mapping to begin with, for a file that --map names: {text}"]


def receipt(document: Mapping[str, Any]) -> str:
    """Where the rows went, what was calculated, and what was noticed."""
    parts = [pairs(_accounts(document), right=True)]
    calculated = [
        f"{figures.count(document[name])} {label}"
        for name, label in (
            ("calculated", "calculated"),
            ("not_applicable", "not applicable"),
            ("needs_recalculation", "in need of recalculation"),
        )
        if document.get(name)
    ]
    notes = [
        ("impacts", ", ".join(calculated)),
        ("removed", _removed(document)),
        ("days", _days(document)),
        *_counts("rejected for", document.get("rejects_by_code")),
        *_counts("left out for", document.get("excluded_by_code")),
        *_counts("warnings", document.get("warnings")),
        *_outliers(document.get("outliers") or []),
        ("sha256", str(document.get("sha256") or "")),
    ]
    parts.append(pairs([(label, text) for label, text in notes if text]))
    return "\n".join(parts)


def _removed(document: Mapping[str, Any]) -> str:
    """What a replacement took out of the ledger without having a row for it."""
    removed = document.get("removed")
    return f"{figures.counted(removed, 'entry', 'entries')} of earlier imports" if removed else ""


def _outliers(documents: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """A line for each outlier that the receipt names."""
    return [
        (
            "" if place else "far from usual",
            f"row {found['row']:,}: {found['tokens']:,} tokens of {found['model']}, usual are {found['usual']:,}",
        )
        for place, found in enumerate(documents)
    ]


def _accounts(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rows by outcome; where rows made several claims, first the rows and then the claims."""
    outcomes = [
        (label, document[name]) for name, label in OUTCOMES if document.get(name) or name == "imported"
    ]
    refused = [(label, document[name]) for name, label in REFUSED if document[name]]
    accepted, claims = document["rows_accepted"], document["claims"]
    counts = [("rows in the file", document["rows_in"])]
    if claims == accepted:
        counts += [*outcomes, *refused]
    else:
        counts += [("accepted", accepted), *refused, ("claims in them", claims), *outcomes]
    return [(label, figures.count(count)) for label, count in counts]


def next_steps(document: Mapping[str, Any], import_id: str, command: str) -> list[str]:
    """What a user may want to look at after this receipt."""
    steps = []
    if document.get("rejected"):
        rows = figures.counted(document["rejected"], "rejected row", "rejected rows")
        steps.append(f"  See the {rows}: {command} rejects {import_id}")
    if document.get("duplicate_differing"):
        rows = figures.counted(document["duplicate_differing"], "row differs", "rows differ")
        steps.append(
            f"  {rows} from what the ledger has of the same event already; that stays. "
            f"See them: {command} duplicates {import_id}"
        )
    if document.get("warnings"):
        steps.append("  What the warnings mean: docs/reference/rejects.md#warnings")
    return steps


def _days(document: Mapping[str, Any]) -> str:
    if not document.get("days"):
        return ""
    return f"{figures.count(document['days'])} ({document.get('first')} to {document.get('last')})"


def _counts(label: str, counts: Mapping[str, int] | None) -> list[tuple[str, str]]:
    """A line for each code, the most frequent first."""
    ordered = sorted((counts or {}).items(), key=lambda pair: (-pair[1], pair[0]))
    return [
        (label if not place else "", f"{code}: {number:,}") for place, (code, number) in enumerate(ordered)
    ]


def import_(document: Mapping[str, Any], command: str) -> str:
    """One import in full."""
    rows = document.get("rows") or {}
    seconds = document.get("seconds") or {}
    stated = [
        ("import", str(document["import_id"])),
        ("project", str(document.get("project_name") or document.get("project_id"))),
        ("file", str(document.get("filename") or "")),
        ("format", " ".join(str(document[name]) for name in ("format", "variant") if document.get(name))),
        (
            "status",
            f"{document['status']}, phase {document.get('phase')}, {document.get('percent') or 0:.0f} %",
        ),
        ("dry run", "yes: nothing is saved" if document.get("dry_run") else ""),
        ("size", figures.size(document["size"]) if document.get("size") else ""),
        ("rows", f"{figures.count(rows.get('processed'))} of {figures.count(rows.get('total'))} processed"),
        ("requested by", str(document.get("requested_by") or "")),
        *(
            (name, str(document.get(f"{name}_at") or ""))
            for name in ("created", "queued", "started", "paused", "completed")
        ),
        ("time", ", ".join(f"{name} {figures.seconds(spent)}" for name, spent in seconds.items() if spent)),
    ]
    parts = [pairs([pair for pair in stated if pair[1]], indent="")]
    if document.get("problem"):
        parts.append(problem(document["problem"]))
    if document.get("taken_back"):
        parts.append(stopping_view.taken_back(document["taken_back"], document["ending"]))
    if document.get("receipt"):
        if document["status"] == "undone":
            parts.append("  its receipt, before that:")
        parts.append(receipt(document["receipt"]))
        parts.extend(next_steps(document["receipt"], str(document["import_id"]), command))
    return "\n".join(parts)


def _status(document: Mapping[str, Any]) -> str:
    notes = [
        note for note, member in (("paused", "paused_at"), ("dry run", "dry_run")) if document.get(member)
    ]
    return str(document["status"]) + (f" ({', '.join(notes)})" if notes else "")


def imports(documents: Iterable[Mapping[str, Any]]) -> str:
    """A list of imports."""
    rows = [
        (
            str(document["import_id"]),
            str(document.get("created_at") or ""),
            _status(document),
            str(document.get("filename") or ""),
            str(document.get("project_name") or ""),
            *(
                figures.count((document.get("rows") or {}).get(name))
                for name in ("total", "imported", "failed")
            ),
        )
        for document in documents
    ]
    header = ("IMPORT", "CREATED", "STATUS", "FILE", "PROJECT", "ROWS", "IMPORTED", "REJECTED")
    return table(header, rows, left=5) if rows else "No imports."
