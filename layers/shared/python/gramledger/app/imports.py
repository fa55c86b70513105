"""Reading imports: one with its progress, or a list."""

from __future__ import annotations

from typing import Any

from gramledger.app.lookup import Caller, find_project, recall_import
from gramledger.app.show import show_import
from gramledger.core.identity import is_ulid
from gramledger.core.imports import STATUSES, Import
from gramledger.core.problems import InvalidRequest
from gramledger.core.standing import standing
from gramledger.ports import World


def get_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """The import with how far it is. Raises NotFound."""
    return with_progress(world, recall_import(world, caller.tenant, import_id))


def list_imports(
    world: World, caller: Caller, *, project: str | None, status: str | None, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Imports of the tenant, newest first, and the cursor of the next ones. Raises NotFound and InvalidRequest."""
    if status is not None and status not in STATUSES:
        raise InvalidRequest(f"There is no status '{status}'. Choose one of {', '.join(STATUSES)}.")
    if cursor is not None and not is_ulid(cursor):
        raise InvalidRequest(
            f"'{cursor}' is no cursor of this list. Take 'next_cursor' of the answer before it."
        )
    project_id = find_project(world, caller.tenant, project).project_id if project else None
    records, further = world.jobs.page(
        caller.tenant, project_id=project_id, status=status, limit=limit, before=cursor
    )
    return [with_progress(world, record) for record in records], further


def with_progress(world: World, record: Import) -> dict[str, Any]:
    """The import as clients see it, with how far its tasks are."""
    told = record.phase in ("upload", "done") or record.status == "planned"
    tasks = [] if told else world.jobs.progress(record.tenant, record.import_id)
    return show_import(record, standing(record, tasks))
