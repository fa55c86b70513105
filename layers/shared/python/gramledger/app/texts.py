"""The text of an import: its upload as the workers read it, unpacked, restored and edited as far as that is due.

Each stage is kept beside the upload under a name of its own; the last one is the text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from gramledger.app import keys
from gramledger.app.mappings import wishes_of
from gramledger.app.restoring import restore
from gramledger.core import limits
from gramledger.core.editing import Editor
from gramledger.core.edits import parse_edits
from gramledger.core.imports import Import
from gramledger.core.intake import conversion_for
from gramledger.core.problems import UploadMismatch
from gramledger.core.recognise import Reading, recognise
from gramledger.ports import World


@dataclass(frozen=True, slots=True)
class Text:
    """The text that the workers read: its first bytes, size in bytes, how to read it, and what it was turned from
    (None for the upload itself); `object` is its name in `keys.text`, `fingerprint` tells its content from any that is
    put there later, and `sha256` is that of the upload."""

    head: bytes
    size: int
    reading: Reading
    converted: str | None
    object: str
    fingerprint: str
    sha256: str
    several_users: bool


def text_of(world: World, record: Import, size: int) -> Text:
    """The text of an upload of so many bytes, and how to read it.

    Raises the problems of `conversion_for`, of its conversion, of `recognise`, EditImpossible, and UploadMismatch.
    """
    place = (record.tenant, record.import_id)
    uploaded = world.uploads.fingerprint(keys.upload(*place))
    stage, notes = "upload", []
    head = world.uploads.read(keys.upload(*place), 0, limits.HEAD_BYTES)
    conversion = conversion_for(head, size, record.filename)
    digest = hashlib.sha256()
    pieces = _digested(world.uploads.stream(keys.upload(*place)), digest)
    if conversion is not None:
        stage, notes = "converted", [conversion.note]
        head, size = _keep(world, keys.converted(*place), conversion.convert(pieces))
    restored = restore(
        world, record, world.uploads.stream(keys.converted(*place)) if conversion else pieces, head, size
    )
    if restored is not None:
        stage, notes = "restored", [*notes, restored.note]
        head, size = restored.head, restored.size
    reading = (restored and restored.reading) or recognise(
        head, size, record.filename, wishes_of(world, record)
    )
    for _ in pieces:  # what has not been read yet: all of a text, or what follows an archive
        pass
    edits = parse_edits(record.options.edits)
    if edits:
        unedited = world.uploads.stream(keys.text(record, {"object": stage}))
        stage, notes = "edited", [*notes, f"{len(edits)} cell{'s' if len(edits) > 1 else ''} edited"]
        edited = keys.edited(record.tenant, record.reading)
        head, size = _keep(world, edited, Editor(reading, edits).edited(unedited))
    need_unchanged(world, keys.upload(*place), uploaded)
    text = keys.text(record, {"object": stage})
    return Text(
        head=head,
        size=size,
        reading=reading,
        converted=", ".join(notes) or None,
        object=stage,
        fingerprint=(uploaded if stage == "upload" else world.uploads.fingerprint(text)) or "",
        sha256=digest.hexdigest(),
        several_users=bool(restored and restored.several_users),
    )


def need_unchanged(world: World, key: str, fingerprint: str | None) -> None:
    """Raise UploadMismatch where another file has taken the place of a text, as its form allows while it is valid, and
    KeyError where there is none any more. To be asked after reading."""
    found = world.uploads.fingerprint(key)
    if found is None:
        raise KeyError(key)
    if found != fingerprint:
        raise UploadMismatch(
            "The file was uploaded again while it was read. Import it again, and use each form for one file."
        )


def _keep(world: World, key: str, pieces: Iterator[bytes]) -> tuple[bytes, int]:
    """Put a text; its first bytes and its size."""
    world.uploads.write_parts(key, pieces)
    return world.uploads.read(key, 0, limits.HEAD_BYTES), world.uploads.size(key) or 0


def _digested(pieces: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    """The same pieces, which the digest has seen by the time they are given on."""
    for piece in pieces:
        digest.update(piece)
        yield piece
