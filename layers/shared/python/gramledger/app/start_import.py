"""A file has arrived: its import's execution is started, once."""

from __future__ import annotations

from gramledger.app import keys
from gramledger.core.imports import Import
from gramledger.ports import World


def start_import(world: World, key: str, size: int) -> str | None:
    """Start the import of an upload; the id, or None when the key belongs to no waiting import.

    The execution bears the import's id, so a repeated event starts nothing.
    """
    named = keys.parse_upload(key)
    record = world.jobs.get(*named) if named else None
    if record is None or record.finished:
        return None
    now = world.clock.now_ms()

    def arrived(known: Import) -> Import | None:
        return known.queue(now, size)

    world.jobs.change(record.tenant, record.import_id, arrived)
    world.workflows.start_import(record.import_id, {"tenant": record.tenant, "import_id": record.import_id})
    return record.import_id
