"""What has to be done to a file before it can be read as delimited text: unpacking and rewriting, by its first bytes.

A conversion never guesses what the text means; that is `core.recognise`, which reads what comes out of it.
"""

from __future__ import annotations

from gramledger.core.convert import gzipped
from gramledger.core.convert.conversion import Conversion
from gramledger.core.problems import ArchiveContents

__all__ = ["Conversion", "conversion_for"]


def conversion_for(head: bytes, size: int, filename: str = "") -> Conversion | None:  # noqa: ARG001 -- `size` tells a whole file from its head
    """How to turn a file into text, told by its first `limits.HEAD_BYTES`; None when it can be read as it lies.

    Raises ArchiveUnreadable or ArchiveContents where the head already shows that it cannot be done.
    """
    if head.startswith(gzipped.MAGIC):
        inside = gzipped.peek(head)
        _refuse_archive(inside, f"gzip file {filename!r}")
        return Conversion("gzip", "gzip", gzipped.gunzip)
    return None


def _refuse_archive(inside: bytes, what: str) -> None:
    if inside.startswith(gzipped.MAGIC):
        raise ArchiveContents(f"The {what} holds another archive. Unpack it and upload the file itself.")
