"""Planning an import: turn the file into text, recognise it from its head, check that it is the announced one, and
cut it into chunks. A confirmed import has been planned and parsed before, and goes on at its days."""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.group_days import known_days
from gramledger.app.halting import halts
from gramledger.app.lookup import (
    change_import,
    find_import,
    find_project,
    keep_json,
    require_turn,
    write_json,
)
from gramledger.app.preview import make_preview
from gramledger.app.resuming import what_is_left
from gramledger.app.sentinel import drift_of
from gramledger.app.texts import Text, text_of
from gramledger.core import limits
from gramledger.core.choosing import GUESS
from gramledger.core.chunks import cut
from gramledger.core.claims import DAY_MS
from gramledger.core.heads import day_name
from gramledger.core.imports import Import
from gramledger.core.outliers import usual_tokens
from gramledger.core.problems import FileEmpty, FileTooLarge, UploadMismatch
from gramledger.core.recognise import Reading
from gramledger.core.screening import screen_of
from gramledger.core.shape import shape_of
from gramledger.ports import World

HISTORY_DAYS = 365
"""How far back the days lie that say what is usual."""


@halts
def plan_csv(
    world: World,
    tenant: str,
    import_id: str,
    *,
    confirmed: bool = False,
    chunk_bytes: int = limits.CHUNK_BYTES,
) -> dict[str, Any]:
    """What comes next: {next: "parse", chunks: [{index, start, stop, aligned}]}, with plan and preview kept.

    An import that goes on after a pause has only those chunks, or portions of days, that are not done yet.

    In the execution that follows a confirmation (`confirmed`) it is {next: "calculate", confirmed, days: {redo,
    portions}}, for chunks and days are known, unless other options were confirmed than those that were planned with; in
    one that has nothing more to do it is {next: "end"}. A proposal which column is which field has to be confirmed.

    Raises ImportConflict when the import has ended, the problems of `conversion_for`, of its conversion and of
    `recognise`, DriftSuspected, UploadMismatch when size or checksum differ from what was announced, and FileEmpty or
    FileTooLarge.
    """
    record = find_import(world, tenant, import_id)
    confirmed = confirmed or record.goes_on_by_itself
    if not record.finished and not record.has_turn(confirmed=confirmed):
        return {"next": "end"}
    require_turn(record, confirmed=confirmed)
    left = what_is_left(world, record) if record.resumed else None
    if left is not None:
        return left
    if confirmed and not record.reread and world.store.size(keys.days(tenant, import_id)) is not None:
        record = change_import(world, record, lambda known: known.enter("calculate", world.clock.now_ms()))
        return {"next": "calculate", "confirmed": confirmed, "days": known_days(world, record)}
    if record.reread:
        _drop_first_reading(world, record)
    record = change_import(world, record, lambda known: known.enter("plan", world.clock.now_ms()))
    require_turn(record, confirmed=confirmed)
    size = _announced_size(world, record)
    text = text_of(world, record, size)
    _check_digest(record, text.sha256)
    chunks = [
        {"index": index, "start": start, "stop": stop, "aligned": index == 0}
        for index, (start, stop) in enumerate(cut(text.size, text.reading.first, chunk_bytes))
    ]
    shape = shape_of(text.head, text.reading, text.size, import_id)
    guessed = text.reading.mapped == GUESS and not record.dry_run
    drift = drift_of(world, record, shape, waits=guessed or record.confirm == "manual")
    now = world.clock.now_ms()
    made = {
        "object": text.object,
        "fingerprint": text.fingerprint,
        "converted": text.converted,
        "reading": text.reading.to_json(),
        "upload_size": size,
        "size": text.size,
        "sha256": text.sha256,
        "at": now,
        "guessed": guessed,
        "chunks": chunks,
        "several_users": text.several_users,
        "conditions": _conditions(world, record),
        "usual": _usual(world, record, now),
        "options": record.options.to_json(),
        "shape": shape.to_json(),
    }
    plan = keep_json(world.store, keys.plan(tenant, record.reading), made)
    if plan == made or world.store.size(keys.preview(tenant, record.reading)) is None:
        preview = {**_preview(text, plan), "drift": drift.to_json() if drift else None}
        write_json(world.store, keys.preview(tenant, record.reading), preview)
    change_import(world, record, lambda known: known.enter("parse", now, **_facts(plan)))
    return {"next": "parse", "chunks": plan["chunks"]}


def _preview(text: Text, plan: dict[str, Any]) -> dict[str, Any]:
    """What the file was taken for by the plan that all chunks follow, which may be that of an earlier attempt."""
    reading, conditions = Reading.from_json(plan["reading"]), plan["conditions"]
    return {
        **make_preview(text.head, reading, plan["size"], plan["at"], screen_of(conditions, reading.zone)),
        "converted": plan["converted"],
        "conditions": conditions,
    }


def _facts(plan: dict[str, Any]) -> dict[str, Any]:
    """What the record says of the file from now on."""
    facts = {
        "size": plan["upload_size"],
        "text_size": plan["size"],
        "sha256": plan["sha256"],
        "converted": plan["converted"],
        "format": plan["reading"]["format"],
        "variant": plan["reading"]["variant"],
    }
    return {**facts, "confirm": "manual"} if plan["guessed"] else facts


def _drop_first_reading(world: World, record: Import) -> None:
    """Remove what was read by other options than those that the import was confirmed with. A task that is late may put
    some of it again; nobody looks there."""
    first = keys.folder(record.tenant, record.import_id)
    others = (keys.folder(record.tenant, record.reading), keys.receipt(record.tenant, record.import_id))
    world.store.delete([key for key in world.store.keys(first) if not key.startswith(others)])


def _conditions(world: World, record: Import) -> dict[str, Any]:
    """What rows must be like: the import's filters, and the rules that the project has now."""
    project = find_project(world, record.tenant, record.project_id)
    return {"filters": record.options.filters, "rules": project.settings.rules}


def _usual(world: World, record: Import, now: int) -> dict[str, int]:
    """What is usual in the project before the import: outliers are judged by that, whatever comes in meanwhile."""
    first = day_name(now // DAY_MS - HISTORY_DAYS)
    heads = world.ledger.heads(record.tenant, record.project_id, first, None)
    return usual_tokens(head.groups for head in heads)


def _announced_size(world: World, record: Import) -> int:
    """Bytes of the upload. Raises UploadMismatch, FileEmpty or FileTooLarge."""
    size = world.uploads.size(keys.upload(record.tenant, record.import_id))
    if size is None:
        raise UploadMismatch("The uploaded file is no longer there. Import it again.")
    if size == 0:
        raise FileEmpty("The file has 0 bytes. Export it again, or choose another file.")
    if size > limits.FILE_BYTES:
        raise FileTooLarge(
            f"The file has {size:,} bytes; an upload may have {limits.FILE_BYTES:,}. Split it by date."
        )
    if record.announced_size not in (None, size):
        raise UploadMismatch(
            f"The file has {size:,} bytes, but {record.announced_size:,} were announced. Upload it again."
        )
    return size


def _check_digest(record: Import, sha256: str) -> None:
    if record.announced_sha256 not in (None, sha256):
        raise UploadMismatch(
            f"The file's SHA-256 is {sha256}, but {record.announced_sha256} was announced: it changed on its way. "
            "Upload it again."
        )
    if record.sha256 not in (None, sha256):
        raise UploadMismatch(
            "The file was uploaded again after it was looked at. Import it again, and use each form for one file."
        )
