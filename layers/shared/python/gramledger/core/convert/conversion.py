"""One way to turn the bytes of a file into delimited text, piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from gramledger.core import limits
from gramledger.core.problems import ExpandsTooFar

Kind = Literal["gzip", "zip", "xlsx", "json", "jsonl", "text"]

Turn = Callable[[Iterator[bytes]], Iterator[bytes]]
"""Pieces of a file -> pieces of what it becomes; raises the problems of the kind."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How a file becomes UTF-8 text with one record a line; `note` says it in words, such as "gzip, UTF-16LE text"."""

    kind: Kind
    note: str
    turn: Turn

    def convert(self, stream: Iterator[bytes]) -> Iterator[bytes]:
        """The text, piece by piece, in bounded memory.

        Raises ExpandsTooFar when it grows beyond `limits.CONVERTED_BYTES`, and what the kinds of files raise.
        """
        written = 0
        for piece in self.turn(stream):
            written += len(piece)
            if written > limits.CONVERTED_BYTES:
                raise ExpandsTooFar(
                    f"The file becomes more than {limits.CONVERTED_BYTES:,} bytes of text ({self.note}). "
                    "Split it by date and import the parts.",
                    limit=limits.CONVERTED_BYTES,
                )
            yield piece

    def then(self, following: Conversion | None) -> Conversion:
        """This conversion, and another one on what it gives."""
        if following is None:
            return self
        return Conversion(
            self.kind, f"{self.note}, {following.note}", lambda stream: following.turn(self.turn(stream))
        )


def refuse_sparse(read: int, written: int, what: str) -> None:
    """Raises ExpandsTooFar for a table that is far larger than what it was read from: nearly all cells are blank."""
    if written > limits.SPARSE_FREE_BYTES + limits.SPARSE_EXPANSION * read:
        raise ExpandsTooFar(
            f"As a table the {what} becomes more than {limits.SPARSE_EXPANSION} times as large: its rows have too "
            "little in common. Upload the export as it was downloaded, or only the columns that count.",
            limit=limits.SPARSE_EXPANSION,
        )
