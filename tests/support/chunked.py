"""Readings of a file in chunks, as an import does them, put together again."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from gramledger.core.chunks import ChunkReading, Span, chain
from support.csv_texts import Upload


def read_in_chunks(upload: Upload, edges: Iterable[int], block_bytes: int) -> list[ChunkReading]:
    """As the import does it: all chunks on their own, the proof, and one more wave where it is needed."""
    first, size = upload.reading.first, len(upload.octets)
    places = [first, *sorted({edge for edge in edges if first < edge < size}), size]
    readings: dict[int, ChunkReading] = {}
    for index, (start, stop) in enumerate(pairwise(places)):
        readings[index] = upload.read(start, stop, aligned=index == 0, block_bytes=block_bytes)
    proof = chain(_spans(readings), first, size)
    for redo in proof.redo:
        readings[len(readings)] = upload.read(
            redo.start, redo.meets[0], meets=redo.meets, block_bytes=block_bytes
        )
    proof = chain(_spans(readings), first, size)
    assert proof.complete, "one more wave is enough"
    return [readings[span.index] for span in proof.path]


def _spans(readings: dict[int, ChunkReading]) -> list[Span]:
    return [Span(index, reading.start, reading.end) for index, reading in readings.items()]


def joined(readings: list[ChunkReading]) -> tuple[list[Any], list[Any], int, int]:
    """(claims, rejects, rows, lines) of readings that follow one another, rows and lines numbered through."""
    claims: list[Any] = []
    rejects: list[Any] = []
    row = line = 0
    for reading in readings:
        claims += [{**claim, "row": claim["row"] + row} for claim in reading.claims.to_pylist()]
        rejects += [
            {**reject, "row": reject["row"] + row, "line": reject["line"] + line}
            for reject in reading.rejects.to_pylist()
        ]
        row, line = row + reading.rows, line + reading.lines
    return claims, rejects, row, line
