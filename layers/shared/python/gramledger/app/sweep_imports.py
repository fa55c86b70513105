"""Finding imports of a tenant that came to a standstill, and clearing away what ended ones have left.

What is found is done at once, unless only asked for. Whatever happens to one import keeps no other one from being
looked at; the next sweep looks at it again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.begin_again import begin_again
from gramledger.app.finalize import settle
from gramledger.app.lookup import change_import
from gramledger.app.start_import import start_execution
from gramledger.app.take_back import fail_import
from gramledger.core import sweeping
from gramledger.core.imports import TAKEN_BACK, Import
from gramledger.core.sweeping import Finding, Remedy
from gramledger.ports import World
from gramledger.ports.workflows import Machine


@dataclass(frozen=True, slots=True)
class ImportSweep:
    """How many imports were looked at, and what was found; `next` is where to go on, or None."""

    looked_at: int
    findings: list[Finding]
    next: str | None


def sweep_imports(
    world: World, tenant: str, *, before: str | None, limit: int, dry_run: bool = False
) -> ImportSweep:
    """Look at up to `limit` imports of ids below `before`, newest first; with `dry_run` only say what would be done."""
    records, further = world.jobs.page(tenant, project_id=None, status=None, limit=limit, before=before)
    uploads = {key.split("/")[2] for key in world.uploads.keys(keys.uploads(tenant))}
    findings = []
    for record in records:
        finding = _finding(world, record, uploaded=record.import_id in uploads)
        if finding is not None:
            findings.append(finding if dry_run else _remedied(world, record, finding))
    return ImportSweep(len(records), findings, further)


def _finding(world: World, record: Import, *, uploaded: bool) -> Finding | None:
    now = world.clock.now_ms()
    if not record.active:
        return sweeping.resting(record, now, uploaded=uploaded)
    if sweeping.went_on(record, now):
        return None
    machine: Machine = "take_back" if record.status in TAKEN_BACK else "import"
    return sweeping.standstill(record, world.workflows.state(machine, record.execution))


def _remedied(world: World, record: Import, finding: Finding) -> Finding:
    try:
        _REMEDIES[finding.remedy](world, record, finding.reason)
    except Exception as trouble:  # whatever it is must not keep the sweep from the other imports
        return replace(finding, trouble=type(trouble).__name__)
    return finding


def _start(world: World, record: Import, _reason: str) -> None:
    size = world.uploads.size(keys.upload(record.tenant, record.import_id))
    if record.status == "waiting" and size is not None:
        arrived = partial(Import.queue, at=world.clock.now_ms(), size=size)
        record = change_import(world, record, arrived)
    if record.active:
        start_execution(world, record)


def _begin_again(world: World, record: Import, _reason: str) -> None:
    begin_again(world, record)


def _fail(world: World, record: Import, reason: str) -> None:
    message = json.dumps(sweeping.stuck(record, reason), ensure_ascii=False)
    error = {"Error": "Final", "Cause": json.dumps({"errorMessage": message})}
    confirmed = record.confirmed_at is not None
    fail_import(world, record.tenant, record.import_id, error, confirmed=confirmed)


def _expire(world: World, record: Import, reason: str) -> None:
    now = world.clock.now_ms()
    record = change_import(world, record, lambda known: sweeping.expired(known, now, reason))
    if record.active:
        start_execution(world, record)
    else:
        announce(world, record)


def _settle(world: World, record: Import, _reason: str) -> None:
    settle(world, record)


def _announce(world: World, record: Import, _reason: str) -> None:
    announce(world, record)


def _clear(world: World, record: Import, _reason: str) -> None:
    """What says how the import ended stays: its record in the log, its receipt, and the report of taking it back."""
    place = (record.tenant, record.import_id)
    world.uploads.delete(keys.texts(*place))
    world.store.delete(list(_cleared(world, record)))
    change_import(world, record, lambda known: replace(known, cleared_at=world.clock.now_ms()))


def _cleared(world: World, record: Import) -> Iterator[str]:
    place = (record.tenant, record.import_id)
    kept = {keys.receipt(*place), keys.taken_back(*place)}
    return (key for key in world.store.keys(keys.folder(*place)) if key not in kept)


_REMEDIES: dict[Remedy, Callable[[World, Import, str], None]] = {
    "start": _start,
    "begin_again": _begin_again,
    "fail": _fail,
    "expire": _expire,
    "settle": _settle,
    "announce": _announce,
    "clear": _clear,
}
