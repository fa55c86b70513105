"""Planning an import: recognise the file from its head, check that it is the announced one, cut it into chunks."""

from __future__ import annotations

import hashlib
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import change_import, running_import, write_json
from gramledger.core import limits
from gramledger.core.chunks import cut
from gramledger.core.problems import FileEmpty, FileTooLarge, UploadMismatch
from gramledger.core.recognise import recognise
from gramledger.ports import World


def plan_csv(
    world: World, tenant: str, import_id: str, *, chunk_bytes: int = limits.CHUNK_BYTES
) -> list[dict[str, Any]]:
    """The chunks of the import's file, each {index, start, stop, aligned}; the plan is kept in the store.

    Raises the problems of `recognise`, UploadMismatch when size or checksum differ from what was announced, and
    FileEmpty or FileTooLarge.
    """
    record = running_import(world, tenant, import_id)
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
    reading = recognise(world.uploads.read(upload, 0, limits.HEAD_BYTES), size, record.filename)
    sha256 = _digest(world, upload)
    if record.announced_sha256 not in (None, sha256):
        raise UploadMismatch(
            f"The file's SHA-256 is {sha256}, but {record.announced_sha256} was announced: it changed on its way. "
            "Upload it again."
        )
    chunks = [
        {"index": index, "start": start, "stop": stop, "aligned": index == 0}
        for index, (start, stop) in enumerate(cut(size, reading.first, chunk_bytes))
    ]
    now = world.clock.now_ms()
    write_json(
        world.store,
        keys.plan(tenant, import_id),
        {"reading": reading.to_json(), "size": size, "sha256": sha256, "at": now, "chunks": chunks},
    )
    change_import(
        world,
        record,
        lambda known: known.enter(
            "parse", now, size=size, sha256=sha256, format=reading.format, variant=reading.variant
        ),
    )
    return chunks


def _digest(world: World, key: str) -> str:
    digest = hashlib.sha256()
    for piece in world.uploads.stream(key):
        digest.update(piece)
    return digest.hexdigest()
