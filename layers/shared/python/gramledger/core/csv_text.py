"""Tables as CSV texts for people: a spreadsheet opens them, and no cell acts as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
"""How texts begin that a spreadsheet may take for a formula, once a quote before them is doubled."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A header and rows as CSV (RFC 4180). None is blank; a text that begins like a formula gets a quote before it."""
    return _written([header]) + csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """The same without a header, for what follows."""
    return _written([_cell(value) for value in row] for row in rows)


def _written(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and _FORMULA.match(value):
        return f"'{value}"
    return "" if value is None else value
