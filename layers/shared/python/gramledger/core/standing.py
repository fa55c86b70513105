"""How far an import is: rows whose outcome is known, new entries, and a percentage that never goes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gramledger.core.imports import Import, Progress


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an import is: rows whose outcome is known, new entries, and a percentage that never goes back."""

    processed: int
    imported: int
    failed: int
    percent: int


def standing(record: Import, tasks: Iterable[Progress]) -> Standing:
    """How far an import is, from its record and its finished tasks."""
    done = list(tasks)
    failed = sum(t.rejected for t in done if t.kind == "chunk" and t.confirmed == record.reread)
    done = [t for t in done if t.confirmed == (record.confirmed_at is not None)]
    chunks, portions = ([t for t in done if t.kind == kind] for kind in ("chunk", "portion"))
    receipt = record.receipt or {}
    new = receipt.get("imported", 0) + receipt.get("updated", 0)
    if record.phase == "done":
        imported = 0 if record.status == "undone" else new
        return Standing(receipt["rows_in"], imported, receipt["rejected"], 100)
    processed = _processed(record, failed, claims=sum(t.rows for t in portions))
    course = record.course
    start = course[record.phase]
    share = 0.0
    if record.phase == "parse" and record.size:
        share = sum(t.bytes for t in chunks) / (record.text_size or record.size)
    elif record.phase == "calculate" and record.rows_total:
        share = processed / record.rows_total
    end = next((begin for begin in course.values() if begin > start), start)
    percent = int(start + (end - start) * min(share, 1.0))
    imported = sum(t.imported for t in portions) if not record.over else new if record.counts else 0
    return Standing(processed, imported, failed, percent)


def _processed(record: Import, failed: int, claims: int) -> int:
    """Rows whose outcome is known: the refused ones, and the share of the others that the calculated claims are."""
    if not record.rows_total or record.claims_total is None:
        return 0
    accepted = record.rows_total - failed
    return failed + (accepted * claims // record.claims_total if record.claims_total else accepted)
