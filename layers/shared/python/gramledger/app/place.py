"""Imports whose file is not uploaded by a client: it is put where uploads arrive, and the same event starts them."""

from __future__ import annotations

from gramledger.app import keys
from gramledger.app.log import log_import
from gramledger.core.imports import Import
from gramledger.ports import World


def place_import(world: World, record: Import, content: bytes) -> Import:
    """The import as it is kept, with its file in the uploads bucket.

    A repeated call finds the import that is there; its file is put again only while nothing has been done with it.
    """
    world.jobs.create(record)
    log_import(world, None, record)
    kept = world.jobs.get(record.tenant, record.import_id) or record
    if kept.status == "waiting":
        world.uploads.write(keys.upload(record.tenant, record.import_id), content)
    return kept
