"""Planning an import: turn the file into text, recognise it from its head, check that it is the announced one, and
cut it into chunks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import change_import, read_json, running_import, write_json
from gramledger.app.preview import make_preview
from gramledger.core import limits
from gramledger.core.chunks import cut
from gramledger.core.intake import conversion_for
from gramledger.core.problems import FileEmpty, FileTooLarge, UploadMismatch
from gramledger.core.recognise import recognise
from gramledger.ports import World


def plan_csv(
    world: World,
    tenant: str,
    import_id: str,
    *,
    confirmed: bool = False,
    chunk_bytes: int = limits.CHUNK_BYTES,
) -> list[dict[str, Any]]:
    """The chunks of the import's file, each {index, start, stop, aligned}; plan and preview are kept.

    None where the plan has to be confirmed first. `confirmed` says that it has been: then it stays as it is.

    Raises the problems of `conversion_for`, of its conversion and of `recognise`, UploadMismatch when size or
    checksum differ from what was announced, and FileEmpty or FileTooLarge.
    """
    record = running_import(world, tenant, import_id)
    if confirmed:
        change_import(world, record, lambda known: known.enter("parse", world.clock.now_ms()))
        return list(read_json(world.store, keys.plan(tenant, import_id))["chunks"])
    if record.planned_by_hand:
        return []
    record = change_import(world, record, lambda known: known.enter("plan", world.clock.now_ms()))
    upload = keys.upload(tenant, import_id)
    size = world.uploads.size(upload)
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
    head = world.uploads.read(upload, 0, limits.HEAD_BYTES)
    conversion = conversion_for(head, size, record.filename)
    digest = hashlib.sha256()
    pieces = _digested(world.uploads.stream(upload), digest)
    if conversion is None:
        text_size = size
        reading = recognise(head, size, record.filename)
    else:
        text = keys.converted(tenant, import_id)
        world.uploads.write_parts(text, conversion.convert(pieces))
        text_size = world.uploads.size(text) or 0
        head = world.uploads.read(text, 0, limits.HEAD_BYTES)
        reading = recognise(head, text_size, record.filename)
    for _ in pieces:  # what no conversion has read: all of a text, or what follows an archive
        pass
    sha256 = digest.hexdigest()
    if record.announced_sha256 not in (None, sha256):
        raise UploadMismatch(
            f"The file's SHA-256 is {sha256}, but {record.announced_sha256} was announced: it changed on its way. "
            "Upload it again."
        )
    chunks = [
        {"index": index, "start": start, "stop": stop, "aligned": index == 0}
        for index, (start, stop) in enumerate(cut(text_size, reading.first, chunk_bytes))
    ]
    now = world.clock.now_ms()
    preview = make_preview(head, reading, text_size, now)
    preview["converted"] = conversion and conversion.note
    write_json(world.store, keys.preview(tenant, import_id), preview)
    write_json(
        world.store,
        keys.plan(tenant, import_id),
        {
            "object": "upload" if conversion is None else "converted",
            "converted": conversion and conversion.note,
            "reading": reading.to_json(),
            "size": text_size,
            "sha256": sha256,
            "at": now,
            "chunks": chunks,
        },
    )
    facts = {
        "size": size,
        "text_size": text_size,
        "sha256": sha256,
        "converted": conversion and conversion.note,
        "format": reading.format,
        "variant": reading.variant,
    }
    if record.confirm == "manual":
        change_import(world, record, lambda known: known.wait_for_confirmation(now, **facts))
        return []
    change_import(world, record, lambda known: known.enter("parse", now, **facts))
    return chunks


def _digested(pieces: Iterator[bytes], digest: hashlib._Hash) -> Iterator[bytes]:
    """The same pieces, which the digest has seen by the time they are given on."""
    for piece in pieces:
        digest.update(piece)
        yield piece
