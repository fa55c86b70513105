"""gzip files (RFC 1952): one text, in one or several members."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from gramledger.core import limits
from gramledger.core.convert.inflate import Growth, Inflater, damaged

MAGIC = b"\x1f\x8b"
_WBITS = 16 + zlib.MAX_WBITS
_WHAT = "gzip file"


def gunzip(stream: Iterator[bytes]) -> Iterator[bytes]:
    """The text of a gzip file. Raises ArchiveUnreadable and ExpandsTooFar."""
    growth = Growth(_WHAT)
    member = Inflater(_WBITS, growth)
    for piece in stream:
        yield from member.feed(piece)
        while member.ended:
            rest = member.rest.lstrip(b"\0")  # members may be padded (RFC 1952 leaves it open, tools do it)
            if rest and not MAGIC.startswith(rest[:2]):
                raise damaged(_WHAT)
            member = Inflater(_WBITS, growth)
            yield from member.feed(rest)
    if member.begun:
        raise damaged(_WHAT)


def peek(head: bytes) -> bytes:
    """The first bytes of the text, at most `limits.HEAD_BYTES`; as many as the head of the file gives."""
    stream = zlib.decompressobj(_WBITS)
    try:
        return stream.decompress(head, limits.HEAD_BYTES)
    except zlib.error:
        raise damaged(_WHAT) from None
