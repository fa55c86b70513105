"""Decompressing deflated data that may be damaged or made to explode: bounded pieces, bounded growth."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from gramledger.core import limits
from gramledger.core.problems import ArchiveUnreadable, ExpandsTooFar

PIECE_BYTES = 1 * limits.MIB


class Growth:
    """How much an archive has become so far, over all of its members."""

    def __init__(self, what: str) -> None:
        self.what = what
        self._taken = 0
        self._given = 0

    def add(self, taken: int, given: int) -> None:
        """So many bytes have become so many more. Raises ExpandsTooFar once that is more than any table does."""
        self._taken += taken
        self._given += given
        if self._given > limits.EXPANSION_FREE_BYTES and self._given > self._taken * limits.EXPANSION:
            raise ExpandsTooFar(
                f"The {self.what} expands to more than {limits.EXPANSION} times its size, as no export does. "
                "Unpack it and upload the file itself.",
                limit=limits.EXPANSION,
            )


class Inflater:
    """Decompresses one member of an archive; `rest` is what follows its end."""

    def __init__(self, wbits: int, growth: Growth) -> None:
        self._stream = zlib.decompressobj(wbits)
        self._growth = growth
        self.begun = False

    @property
    def ended(self) -> bool:
        """Whether the end of the compressed data was met."""
        return self._stream.eof

    @property
    def rest(self) -> bytes:
        """The bytes after the end of the compressed data."""
        return self._stream.unused_data

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """What a piece becomes, at most PIECE_BYTES at a time.

        Raises ArchiveUnreadable where the data is damaged, ExpandsTooFar where it grows like no table does.
        """
        growth = self._growth
        self.begun = self.begun or bool(piece)
        while piece and not self._stream.eof:
            try:
                text = self._stream.decompress(piece, PIECE_BYTES)
            except zlib.error:
                raise damaged(growth.what) from None
            rest = self._stream.unconsumed_tail or self._stream.unused_data
            growth.add(len(piece) - len(rest), len(text))
            if text:
                yield text
            piece = self._stream.unconsumed_tail


def damaged(what: str) -> ArchiveUnreadable:
    """The problem of an archive that cannot be decompressed."""
    return ArchiveUnreadable(f"The {what} is damaged or was cut off. Download it again, and upload it again.")
