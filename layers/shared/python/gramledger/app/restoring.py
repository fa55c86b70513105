"""Rejects that come back corrected: their file is turned into a text like the one they were in, and read like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gramledger.app import keys
from gramledger.app.lookup import read_json
from gramledger.core import limits
from gramledger.core.identity import is_ulid
from gramledger.core.imports import Import
from gramledger.core.recognise import Reading
from gramledger.core.rejects_file import RejectsFile, rejects_file
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Restored:
    """The restored text: its first bytes and its size; how it is read, and whether several users are told apart.

    `reading` is None where nothing is known of the import that the rows come from: then the text speaks for itself.
    """

    head: bytes
    size: int
    note: str
    reading: Reading | None
    several_users: bool


def restore(world: World, record: Import, stream: Iterator[bytes], head: bytes, size: int) -> Restored | None:
    """The text of a file of rejects, now kept in the uploads bucket; None when the file is none.

    `stream` is the whole file, `head` its beginning and `size` its bytes.
    """
    found = rejects_file(head, size)
    if found is None:
        return None
    key = keys.restored(record.tenant, record.import_id)
    world.uploads.write_parts(key, found.restored(stream))
    reading, several_users = _original(world, record, found)
    return Restored(
        head=world.uploads.read(key, 0, limits.HEAD_BYTES),
        size=world.uploads.size(key) or 0,
        note=f"rejects of import {found.import_id}" if reading else "rejects",
        reading=reading,
        several_users=several_users,
    )


def _original(world: World, record: Import, found: RejectsFile) -> tuple[Reading | None, bool]:
    """How the file was read that the rejects come from, and whether it named several users.

    Only imports of the same tenant are known, and of these only such whose plan is still there.
    """
    if not is_ulid(found.import_id):
        return None, False
    source = keys.reading_in_force(world.store, record.tenant, found.import_id)
    try:
        plan = read_json(world.store, keys.plan(record.tenant, source))
    except KeyError:
        return None, False
    reading = found.reading_like(Reading.from_json(plan["reading"]))
    if reading is None:
        return None, False
    try:
        portion = read_json(world.store, keys.portion(record.tenant, source, 0))
    except KeyError:  # none of its rows was accepted
        return reading, bool(plan.get("several_users"))
    return reading, bool(portion["several_users"])
