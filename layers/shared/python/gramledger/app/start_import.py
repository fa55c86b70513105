"""A file has arrived, or its plan was confirmed: its import's execution is started, once."""

from __future__ import annotations

from gramledger.app import keys
from gramledger.app.lookup import change_import
from gramledger.core.imports import TAKEN_BACK, Import
from gramledger.ports import World


def start_import(world: World, key: str, size: int) -> str | None:
    """Start the import of an upload; the id, or None when the key belongs to none that is to run.

    The execution bears the import's id, so a repeated event starts nothing. A planned import waits for a person,
    whatever is said of its file, and so does a paused one. A file that comes after its import was cancelled is removed.
    """
    named = keys.parse_upload(key)
    record = world.jobs.get(*named) if named else None
    if record is not None and record.status in ("cancelled", "undone"):
        world.uploads.delete([key])
    if record is None or record.finished or record.status in {"planned", *TAKEN_BACK}:
        return None
    now = world.clock.now_ms()

    def arrived(known: Import) -> Import | None:
        return known.queue(now, size)

    record = change_import(world, record, arrived)
    if not record.active or record.status in TAKEN_BACK:
        return None
    start_execution(world, record)
    return record.import_id


def start_execution(world: World, record: Import) -> bool:
    """Start the execution whose turn it is: of the import, or of taking it back; False if that was started before.

    Its name follows from the record (`Import.execution`), so none ever starts twice.
    """
    place = {"tenant": record.tenant, "import_id": record.import_id}
    if record.status in TAKEN_BACK:
        return world.workflows.start("take_back", record.execution, place)
    confirmed = record.confirmed_at is not None
    return world.workflows.start("import", record.execution, {**place, "confirmed": confirmed})
