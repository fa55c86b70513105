"""The shape of a file: its header, and what the cells of each column look like, from its first rows.

Shapes of earlier imports are what a new file is compared with (`core.drift`). They hold statistics and digests, and no
cells.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np

from gramledger.core.columns import comparable
from gramledger.core.dialect import split
from gramledger.core.recognise import Reading
from gramledger.core.records import find_records

ROWS = 400
"""How many rows are looked at."""
COLUMNS = 64
"""How many columns are kept; the first ones."""
_WORDS = 16
_FORMS = 6
_FORM_CHARACTERS = 40
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)

_FAMILY = re.compile(r".*_\d+")
_NUMBER = re.compile(r"-?\d[\d_]*(\.\d+)?")
_RUNS = ((re.compile(r"\d+"), "9"), (re.compile(r"[^\W\d_A-Z]+"), "a"), (re.compile(r"[A-Z]+"), "A"))


@dataclass(frozen=True, slots=True)
class Column:
    """What the cells of one column look like."""

    name: str
    """As written in the header."""
    number: int
    """From 1."""
    blank: float
    """Share of blank cells."""
    numeric: float
    """Share of numbers among the others."""
    quantiles: tuple[float, ...]
    """Least, lower quartile, median, upper quartile and largest of the numbers; empty when there is none."""
    distinct: float
    """Distinct cells, as a share of those that are not blank."""
    words: dict[str, float]
    """Digests of the most frequent cells that are no numbers, with their share."""
    forms: dict[str, float]
    """The most frequent forms of such cells (`Aa-9` for `Model-12`), with their share."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file looks like."""

    import_id: str
    format: str
    header: list[str]
    rows: int
    """How many rows were looked at."""
    columns: dict[str, Column]
    """By field; by the comparable name and a `#` where a column holds no known field."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Shape:
        """The shape of a JSON object that `to_json` gave."""
        columns = {
            key: Column(**{**column, "quantiles": tuple(column["quantiles"])})
            for key, column in form["columns"].items()
        }
        return Shape(**{**form, "columns": columns})


def shape_of(head: bytes, reading: Reading, size: int, import_id: str) -> Shape:
    """The shape of a file from its first bytes (`head`) of `size`.

    Only rows of the header's width count. Columns of a numbered family (the half hours of a day) are left out: they
    look alike, and what moves from one to the next is the sun.
    """
    body = head[reading.first :]
    records = find_records(body, *reading.dialect, final=len(head) >= size)
    places = zip(records.starts[:ROWS].tolist(), records.stops[:ROWS].tolist(), strict=True)
    cells = [split(body[start:stop], *reading.dialect) for start, stop in places]
    fitting = [row for row in cells if len(row) == len(reading.header)]
    fields = {index: field for field, index in reading.mapping.items()}
    keys = [fields.get(index, f"#{comparable(name)}") for index, name in enumerate(reading.header)]
    return Shape(
        import_id,
        reading.format,
        list(reading.header),
        len(fitting),
        {
            key: _column([row[index] for row in fitting], reading.header[index], index + 1, reading.decimal)
            for index, key in enumerate(keys[:COLUMNS])
            if not _FAMILY.fullmatch(key)
        },
    )


def _column(cells: Sequence[str], name: str, number: int, decimal: str) -> Column:
    stated = Counter(text for text in map(str.strip, cells) if text)
    count = stated.total()
    numbers, words, forms = [], Counter[str](), Counter[str]()
    for text, times in stated.items():
        amount = _number(text, decimal)
        if amount is None:
            words[blake2b(text.encode(), digest_size=4).hexdigest()] += times
            forms[_form(text)] += times
        else:
            numbers.extend([amount] * times)
    return Column(
        name=name,
        number=number,
        blank=_share(len(cells) - count, len(cells)),
        numeric=_share(len(numbers), count),
        quantiles=tuple(float(f"{q:.6g}") for q in np.quantile(numbers, _SHARES)) if numbers else (),
        distinct=_share(len(stated), count),
        words=_most_frequent(words, _WORDS),
        forms=_most_frequent(forms, _FORMS),
    )


def _number(text: str, decimal: str) -> float | None:
    plain = text.lstrip("$€£").replace(",", "." if decimal == "," else "_")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _form(text: str) -> str:
    for run, letter in _RUNS:
        text = run.sub(letter, text)
    return text[:_FORM_CHARACTERS]


def _most_frequent(texts: Counter[str], most: int) -> dict[str, float]:
    return {text: _share(count, texts.total()) for text, count in texts.most_common(most)}


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0
