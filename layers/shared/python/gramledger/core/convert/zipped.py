"""ZIP archives of one file, unpacked in one pass from the first byte to the last.

The member's own header is believed, never the directory at the end, and only as far as the data bears it out: its
checksum and its sizes are compared. Source: APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3 and 4.4.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from gramledger.core import limits
from gramledger.core.convert.inflate import PIECE_BYTES, Growth, Inflater, damaged
from gramledger.core.convert.pieces import Pieces
from gramledger.core.problems import ArchiveContents, ArchiveUnreadable

MAGIC = b"PK\x03\x04"
EMPTY = b"PK\x05\x06"
_DIRECTORY = b"PK\x01\x02"
_DESCRIPTOR = b"PK\x07\x08"
_WHAT = "ZIP archive"
_HEADER = struct.Struct("<4s5HIIIHH")
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _SIZES_FOLLOW, _NAME_IS_UTF8 = 1, 8, 1 << 11
_UNKNOWN = 0xFFFFFFFF
_ZIP64 = 0x0001
_ASIDE = "__MACOSX/"
"""What the Finder of macOS adds to every archive that it makes: no file of the user's."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member's own header. `packed` is None where only the data itself tells its length."""

    name: str
    method: int
    flags: int
    checksum: int
    packed: int | None

    @property
    def aside(self) -> bool:
        """Whether it is something that a tool added, and no file of the user's."""
        return self.name.startswith(_ASIDE)


def unzip(stream: Iterator[bytes]) -> Iterator[bytes]:
    """The text of the one file in the archive.

    Raises ArchiveUnreadable, ArchiveContents and ExpandsTooFar; a second file is met after the first was given.
    """
    pieces, growth = Pieces(stream), Growth(_WHAT)
    found: str | None = None
    while pieces.peek(4) == MAGIC:
        member = read_header(pieces)
        if not member.aside:
            if found is not None:
                raise ArchiveContents(
                    f"The {_WHAT} holds several files, such as {found!r} and {member.name!r}; an import is one file. "
                    "Unpack it and upload the files one by one.",
                    found=[found, member.name],
                )
            found = member.name
        for text in _content(pieces, member, growth):
            if not member.aside:
                yield text
    if found is None:
        raise _no_file()
    if pieces.peek(4) != _DIRECTORY:
        raise damaged(_WHAT)


def read_header(pieces: Pieces) -> Member:
    """The header of the next member. Raises ArchiveUnreadable and ArchiveContents."""
    fixed = pieces.take(_HEADER.size)
    if len(fixed) < _HEADER.size:
        raise damaged(_WHAT)
    _, _, flags, method, _, _, checksum, packed, size, name_length, extra_length = _HEADER.unpack(fixed)
    written, extra = pieces.take(name_length), pieces.take(extra_length)
    if len(extra) < extra_length:
        raise damaged(_WHAT)
    name = written.decode("utf-8" if flags & _NAME_IS_UTF8 else "cp437", errors="replace")
    if packed == _UNKNOWN:
        packed = _large(extra, 8 if size == _UNKNOWN else 0)
    member = Member(name, method, flags, checksum, None if flags & _SIZES_FOLLOW else packed)
    _check(member)
    return member


def _large(extra: bytes, offset: int) -> int:
    """The packed size of a member beyond 4 GiB, from its extra fields."""
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        if kind == _ZIP64 and offset + 8 <= length <= len(extra) - 4:
            return int.from_bytes(extra[4 + offset : 12 + offset], "little")
        extra = extra[4 + length :]
    raise damaged(_WHAT)


def _check(member: Member) -> None:
    if not member.aside and any(mark in member.name for mark in ("/", "\\", ":", "\0")):
        raise ArchiveContents(
            f"The {_WHAT} holds {member.name[:100]!r}, a name with a path. Pack the file alone, without its folder, or "
            "upload it unpacked.",
            found=[member.name[:100]],
        )
    if member.flags & _ENCRYPTED:
        raise ArchiveUnreadable(f"The {_WHAT} is encrypted. Unpack it and upload the file itself.")
    stored_openly = member.method == _STORED and member.packed is None
    if member.method not in (_STORED, _DEFLATED) or stored_openly:
        raise ArchiveUnreadable(
            f"The {_WHAT} is packed by a method that is not read (number {member.method}). "
            "Unpack it and upload the file itself.",
            method=member.method,
        )


def _content(pieces: Pieces, member: Member, growth: Growth) -> Iterator[bytes]:
    """The content of a member, checked; the stream then stands at what follows it."""
    checksum = 0
    for text in _deflated(pieces, growth) if member.method == _DEFLATED else _stored(pieces, member, growth):
        checksum = zlib.crc32(text, checksum)
        yield text
    expected = member.checksum
    if member.flags & _SIZES_FOLLOW:
        expected = _descriptor(pieces)
    if checksum != expected:
        raise damaged(_WHAT)


def _stored(pieces: Pieces, member: Member, growth: Growth) -> Iterator[bytes]:
    left = member.packed or 0
    while left:
        text = pieces.take(min(left, PIECE_BYTES))
        if not text:
            raise damaged(_WHAT)
        left -= len(text)
        growth.add(len(text), len(text))
        yield text


def _deflated(pieces: Pieces, growth: Growth) -> Iterator[bytes]:
    inflater = Inflater(-zlib.MAX_WBITS, growth)
    while not inflater.ended:
        piece = pieces.piece()
        if not piece:
            raise damaged(_WHAT)
        yield from inflater.feed(piece)
    pieces.give_back(inflater.rest)


def _descriptor(pieces: Pieces) -> int:
    """The checksum behind a member's data; its signature is optional, its sizes have 4 or 8 bytes each."""
    if pieces.peek(4) == _DESCRIPTOR:
        pieces.take(4)
    checksum = pieces.take(4)
    following = pieces.peek(20)
    sizes = 8 if following[8:12] in (MAGIC, _DIRECTORY) else 16
    if len(checksum) < 4 or len(pieces.take(sizes)) < sizes:
        raise damaged(_WHAT)
    return int.from_bytes(checksum, "little")


def _no_file() -> ArchiveContents:
    return ArchiveContents(f"The {_WHAT} holds no file. Pack the export again, or upload it unpacked.")


def first_name(head: bytes) -> str:
    """The name of the first member, as far as the archive's head tells it."""
    if len(head) < _HEADER.size:
        return ""
    length = _HEADER.unpack_from(head)[9]
    return head[_HEADER.size : _HEADER.size + length].decode("utf-8", errors="replace")


def peek(head: bytes) -> tuple[str, bytes]:
    """(name, first bytes) of the first file, at most `limits.HEAD_BYTES`; as many as the archive's head gives.

    Raises ArchiveUnreadable and ArchiveContents.
    """
    if head.startswith(EMPTY):
        raise _no_file()
    pieces = Pieces(iter((head,)))
    member = read_header(pieces)
    rest = pieces.piece()
    if member.method == _STORED:
        return member.name, rest[: member.packed][: limits.HEAD_BYTES]
    try:
        return member.name, zlib.decompressobj(-zlib.MAX_WBITS).decompress(rest, limits.HEAD_BYTES)
    except zlib.error:
        raise damaged(_WHAT) from None
