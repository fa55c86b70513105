"""Pieces: which sources a pair's sums are made of, and when each side last heard of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from gramledger.core.identity import ulid_ms
from gramledger.core.parity.buckets import STREAM
from gramledger.core.parity.gaps import Sums, label
from gramledger.core.parity.pairs import Basis, Labels, sums_by_source

Stream = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What one source says of one day and combination."""

    source: str
    sums: Sums


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of one side, and for each stream's day when its newest source was created (ms UTC)."""

    of: Mapping[tuple[int, Labels], list[Piece]]
    heard: Mapping[tuple[int, Stream], int]


def pieces_of(buckets: pa.Table, basis: Basis, *, shift: int = 0) -> Pieces:
    """The pieces of one side's buckets, by the days that a shift (ms) of their instants gives."""
    found: dict[tuple[int, Labels], list[Piece]] = defaultdict(list)
    heard: dict[tuple[int, Stream], int] = {}
    for day, labels, source, sums in sums_by_source(buckets, basis, shift=shift):
        found[day, labels].append(Piece(source, sums))
        place = (day, stream_of(basis, labels))
        heard[place] = max(heard.get(place, 0), ulid_ms(source))
    return Pieces(found, heard)


def stream_of(basis: Basis, labels: Labels) -> Stream:
    """The stream that a combination is of."""
    return tuple(label(basis, labels, name) for name in STREAM)
