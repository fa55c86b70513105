"""A file has arrived, or its plan was confirmed: its import's execution is started, once."""

from __future__ import annotations

from gramledger.app import keys
from gramledger.app.lookup import change_import
from gramledger.core.imports import Import
from gramledger.ports import World


def start_import(world: World, key: str, size: int) -> str | None:
    """Start the import of an upload; the id, or None when the key belongs to none that is to run.

    The execution bears the import's id, so a repeated event starts nothing. A planned import waits for a person,
    whatever is said of its file.
    """
    named = keys.parse_upload(key)
    record = world.jobs.get(*named) if named else None
    if record is None or record.finished or record.status == "planned":
        return None
    now = world.clock.now_ms()

    def arrived(known: Import) -> Import | None:
        return known.queue(now, size)

    start_execution(world, change_import(world, record, arrived))
    return record.import_id


def start_execution(world: World, record: Import) -> None:
    """Start the execution of an import, or the second one that follows its confirmation.

    Each has a name that follows from the import, so neither ever starts twice.
    """
    confirmed = record.confirmed_at is not None
    name = f"{record.import_id}-confirmed" if confirmed else record.import_id
    world.workflows.start_import(
        name, {"tenant": record.tenant, "import_id": record.import_id, "confirmed": confirmed}
    )
