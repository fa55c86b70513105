"""Finding what a request names, within the caller's tenant; whatever is not there answers NotFound."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gramledger.app.log import log_import, newest_import
from gramledger.core.identity import is_ulid, ulid_ms
from gramledger.core.imports import Import
from gramledger.core.limits import RECORD_SECONDS
from gramledger.core.problems import ImportConflict, NotAllowed, NotFound
from gramledger.core.projects import Project
from gramledger.ports import World
from gramledger.ports.objects import ObjectStore


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from the verified token."""

    tenant: str
    user: str
    groups: frozenset[str]

    def need_admin(self) -> None:
        """Raises NotAllowed unless the caller is in the group `admin`."""
        if "admin" not in self.groups:
            raise NotAllowed(f"{self.user} is not in the group 'admin'. Ask an administrator of your tenant.")


def find_project(world: World, tenant: str, name_or_id: str) -> Project:
    """The project of that id or name. Raises NotFound."""
    project = world.projects.get(tenant, name_or_id) if is_ulid(name_or_id) else None
    project = project or world.projects.named(tenant, name_or_id)
    if project is None and "%" in name_or_id:  # a gateway may hand a path on as it was sent
        project = world.projects.named(tenant, unquote(name_or_id))
    if project is None:
        raise NotFound(
            f"There is no project '{name_or_id}'. List the projects, or create it first.", project=name_or_id
        )
    return project


def find_import(world: World, tenant: str, import_id: str) -> Import:
    """The import of that id. Raises NotFound."""
    record = world.jobs.get(tenant, import_id) if is_ulid(import_id) else None
    return _found(record, import_id)


def recall_import(world: World, tenant: str, import_id: str) -> Import:
    """The import of that id, as the log has it where its record was cleaned away. Raises NotFound."""
    known = is_ulid(import_id)
    record = world.jobs.get(tenant, import_id) if known else None
    if record is None and known:
        record = logged_long_ago(world, tenant, import_id)
    return _found(record, import_id)


def logged_long_ago(
    world: World, tenant: str, import_id: str, *, project_id: str | None = None
) -> Import | None:
    """What the log says of an import that is old enough for its record to have been cleaned away; None otherwise. Where
    its project is not known, the logs of all are looked through."""
    if ulid_ms(import_id) > world.clock.now_ms() - RECORD_SECONDS * 1000:
        return None
    homes = [project_id] if project_id else [home.project_id for home in world.projects.list(tenant)]
    found = (newest_import(world.store, tenant, home, import_id) for home in homes)
    return next(filter(None, found), None)


def _found(record: Import | None, import_id: str) -> Import:
    if record is None:
        raise NotFound(f"There is no import '{import_id}'. List the imports.", import_id=import_id)
    return record


def running_import(world: World, tenant: str, import_id: str, *, confirmed: bool = False) -> Import:
    """An import that a task may still work on; `confirmed` says that its execution follows a confirmation.

    Raises NotFound, or ImportConflict when the import has ended, or waits for or has had the word of a person.
    """
    record = find_import(world, tenant, import_id)
    require_turn(record, confirmed=confirmed)
    return record


def require_turn(record: Import, *, confirmed: bool) -> None:
    """Raise ImportConflict unless it is this execution's turn to work on the import, and it is not paused."""
    if record.paused_at is not None:
        raise ImportConflict(f"The import {record.import_id} is paused.", status=record.status)
    if not record.has_turn(confirmed=confirmed):
        raise ImportConflict(
            f"The import {record.import_id} is '{record.status}' already: this execution has nothing more to do.",
            status=record.status,
        )


def change_import(world: World, record: Import, change: Callable[[Import], Import | None]) -> Import:
    """The record after a pure change under compare-and-swap (unchanged when it had gone further already); logged."""
    before = record

    def noted(known: Import) -> Import | None:
        nonlocal before
        before = known
        return change(known)

    after = world.jobs.change(record.tenant, record.import_id, noted) or record
    log_import(world, before, after)
    return after


def read_json(store: ObjectStore, key: str) -> Any:
    """A JSON object of the store. Raises KeyError if there is none."""
    return json.loads(store.read(key))


def read_if_there(store: ObjectStore, key: str) -> Any:
    """A JSON object of the store, or None if there is none."""
    try:
        return read_json(store, key)
    except KeyError:
        return None


def keep_json(store: ObjectStore, key: str, content: Any) -> Any:
    """Put a JSON object where there is none; what is there now, which another attempt may have put."""
    return content if store.write_once(key, _compact(content)) else read_json(store, key)


def write_json_once(store: ObjectStore, key: str, content: object) -> None:
    """Put a JSON object where there is none; one that is there stays."""
    store.write_once(key, _compact(content))


def write_json(store: ObjectStore, key: str, content: object) -> None:
    """Put a JSON object."""
    store.write(key, _compact(content))


def _compact(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
