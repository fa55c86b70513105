"""Entries by hand: somebody states usage or readings, and an import takes them into the ledger."""

from __future__ import annotations

import hashlib
from typing import Any

from gramledger.app.imports import with_progress
from gramledger.app.lookup import Caller, find_project
from gramledger.app.place import place_import
from gramledger.core.identity import ulid
from gramledger.core.imports import MANUAL, Import
from gramledger.core.manual import read_manual
from gramledger.ports import World

FILENAME = "entries by hand"


def add_entries(world: World, caller: Caller, project: str, form: object) -> dict[str, Any]:
    """The import that takes the entries of a request's body in, as clients see it.

    Raises NotAllowed, NotFound, and InvalidRequest where an entry is not fit: then none is taken in. A repeated request
    (app.once) makes the same import.
    """
    caller.need_admin()
    home = find_project(world, caller.tenant, project)
    now = world.clock.now_ms()
    import_id = ulid(now, world.chance.bytes(10))
    stated = read_manual(form, import_id)
    record = Import(
        tenant=caller.tenant,
        import_id=import_id,
        project_id=home.project_id,
        project_name=home.name,
        filename=FILENAME,
        requested_by=caller.user,
        created_at=now,
        phase_at=now,
        announced_size=len(stated.content),
        announced_sha256=hashlib.sha256(stated.content).hexdigest(),
        options=stated.options,
        origin={"kind": MANUAL},
    )
    return with_progress(world, place_import(world, record, stated.content))
