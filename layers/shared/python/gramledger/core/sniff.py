"""Which character stands between the cells, in a table of which no format knows the names of the columns.

The delimiter is the one that makes the records alike: of equal width, wide, and with quotes that close where a cell
ends. Told from the first rows alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gramledger.core.records import QUOTE, find_records, misquoted

USUAL = (b",", b";", b"\t", b"|")
ODD = (b"\x1f", b"\x1e", b"^", b"~", b":")
"""Delimiters that are asked only where none of the usual ones makes a table."""

_SAMPLE_BYTES = 16 * 1024
_HIGH, _COLON = 0.5, b":"


@dataclass(frozen=True, slots=True)
class Shape:
    """The records of a text, as one delimiter makes them."""

    delimiter: bytes
    width: int
    """Fields of most records."""
    likeness: float
    """0 to 1: how alike the records are; 0 where no record has two fields."""


def likeliest(text: bytes, delimiters: Iterable[bytes] = (), *, final: bool) -> Shape:
    """The delimiter (a given one, else a usual and then an odd one) under which records are most alike.

    Of two that do equally well it is the one that is listed first.
    """
    sample, whole = _sample(text, final=final)
    if given := tuple(delimiters):
        return _best(sample, given, final=whole)
    usual = _best(sample, USUAL, final=whole)
    if usual.likeness:
        return usual
    odd = _best(sample, ODD, final=whole)
    # a colon stands in times and sentences: it must prove itself by more than one row
    certain = odd.likeness > _HIGH and (odd.delimiter != _COLON or sample.count(b"\n") > 1)
    return odd if certain else usual


def _sample(text: bytes, *, final: bool) -> tuple[bytes, bool]:
    """The first records of a text, and whether they are all of it."""
    if len(text) <= _SAMPLE_BYTES:
        return text, final
    return text[:_SAMPLE_BYTES], False


def _best(sample: bytes, delimiters: Sequence[bytes], *, final: bool) -> Shape:
    shapes = [
        _shape(sample, delimiter, final=final) if delimiter in sample else Shape(delimiter, 1, 0.0)
        for delimiter in delimiters
    ]
    return max(shapes, key=lambda shape: shape.likeness)


def _shape(sample: bytes, delimiter: bytes, *, final: bool) -> Shape:
    records = find_records(sample, delimiter, final=final)
    if not len(records.starts):
        records = find_records(sample, delimiter, final=True)  # one record, longer than the sample
    wide = Counter(records.fields[records.fields > 1].tolist())
    if not wide:
        return Shape(delimiter, 1, 0.0)
    width, count = max(wide.items(), key=lambda found: (found[1] * (1 - 1 / found[0]), found[0]))
    share = count / len(records.fields)
    wrong = misquoted(sample[: records.end], delimiter, QUOTE) if QUOTE in sample else 0
    quotes = 1 / (1 + 4 * wrong / max(1, int(np.sum(records.fields == width))))
    return Shape(delimiter, width, share * share * (1 - 1 / width) * quotes)
