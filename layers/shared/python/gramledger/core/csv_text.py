"""Tables as CSV texts for people: a spreadsheet opens them, and no cell acts as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How texts begin that a spreadsheet may take for a formula, once a quote before them is doubled."""

_BEGINNINGS = frozenset("'=+-@\t\r")
"""The first characters of these: nearly all texts begin with another one, which is seen sooner."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as CSV (RFC 4180). None is blank; a text that begins like a formula gets a quote before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def guarded(text: str) -> str:
    """The text with a quote before it where it begins like a formula."""
    return f"'{text}" if text[:1] in _BEGINNINGS and FORMULA.match(text) else text


def _cell(value: object) -> object:
    if isinstance(value, str):
        return guarded(value)
    return "" if value is None else value
