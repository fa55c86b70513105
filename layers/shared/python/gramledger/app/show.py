"""Records as clients see them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gramledger.core.imports import Ending, Import
from gramledger.core.iso import iso
from gramledger.core.projects import Project
from gramledger.core.standing import Standing


def show_project(project: Project) -> dict[str, Any]:
    """A project as clients see it."""
    return {
        "project_id": project.project_id,
        "name": project.name,
        "preset": project.preset,
        "settings": asdict(project.settings),
        "created_at": iso(project.created_at),
        "created_by": project.created_by,
    }


def show_import(record: Import, at: Standing) -> dict[str, Any]:
    """The import as clients see it."""
    seconds = dict(record.seconds)
    if record.completed_at and record.queued_at:
        waited = seconds.get("confirm", 0) + seconds.get("paused", 0)
        seconds["total"] = round((record.completed_at - record.queued_at) / 1000 - waited, 3)
    total = record.receipt["rows_in"] if record.receipt else record.rows_total
    return {
        "import_id": record.import_id,
        "project_id": record.project_id,
        "project_name": record.project_name,
        "status": record.status,
        "phase": record.phase,
        "filename": record.filename,
        "origin": record.origin,
        "format": record.format,
        "variant": record.variant,
        "converted": record.converted,
        "dry_run": record.dry_run,
        "confirm": record.confirm,
        "options": record.options.to_json(),
        "size": record.size,
        "sha256": record.sha256,
        "rows": {"total": total, "processed": at.processed, "imported": at.imported, "failed": at.failed},
        "percent": at.percent,
        "created_at": iso(record.created_at),
        "queued_at": iso(record.queued_at),
        "started_at": iso(record.started_at),
        "confirmed_at": iso(record.confirmed_at),
        "paused_at": iso(record.paused_at),
        "completed_at": iso(record.completed_at),
        "requested_by": record.requested_by,
        "problem": record.problem,
        "receipt": record.receipt,
        "ending": _show_ending(record.ending),
        "taken_back": record.taken_back,
        "taken_back_at": iso(record.taken_back_at),
        "seconds": seconds,
    }


def _show_ending(ending: Ending | None) -> dict[str, Any] | None:
    return {**asdict(ending), "at": iso(ending.at)} if ending else None
