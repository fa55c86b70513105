"""Edits of single cells of a file, as somebody states them; `core.editing` carries them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gramledger.core.problems import EditImpossible, InvalidRequest

MOST = 200
"""Most edits of one import; they are kept in its record."""
CHARACTERS = 500
"""Most characters of a new value, and of a column's name."""


@dataclass(frozen=True, slots=True)
class Edit:
    """The new text of one cell: `row` counts the records of the file from 1, `column` is a name or its number."""

    row: int
    column: str
    value: str

    def to_json(self) -> dict[str, Any]:
        """What `parse_edits` reads."""
        return asdict(self)


def parse_edits(form: object) -> list[Edit]:
    """The edits of [{"row", "column", "value"}], each cell once. Raises InvalidRequest."""
    if not isinstance(form, list) or len(form) > MOST:
        raise InvalidRequest(
            f"The 'edits' must be a list of at most {MOST} edits. Correct the file to change more."
        )
    edits = [_edit(given) for given in form]
    if len({(edit.row, edit.column) for edit in edits}) < len(edits):
        raise InvalidRequest("The 'edits' name one cell twice. Give each cell just one value.")
    return edits


def _edit(form: object) -> Edit:
    if not isinstance(form, dict) or set(form) != {"row", "column", "value"}:
        raise InvalidRequest("An edit must be an object with 'row', 'column' and 'value'.")
    row, column, value = form["row"], form["column"], form["value"]
    if isinstance(row, bool) or not isinstance(row, int) or row < 1:
        raise InvalidRequest(f"The 'row' of an edit must be a number from 1 on; it is {row!r}.")
    if isinstance(column, int) and not isinstance(column, bool):
        column = str(column)
    if not isinstance(column, str) or not 0 < len(column) <= CHARACTERS:
        raise InvalidRequest("The 'column' of an edit must be the name or the number of a column.")
    if not isinstance(value, str) or len(value) > CHARACTERS or "\0" in value:
        raise InvalidRequest(f"The 'value' of an edit must be a text of at most {CHARACTERS} characters.")
    return Edit(row, column, value)


def place_of(edit: Edit, header: Sequence[str]) -> int:
    """Which of the columns an edit means, counted from 0: one of that name, else of that number.

    Raises EditImpossible when there is none, or several have the name.
    """
    named = [index for index, name in enumerate(header) if name == edit.column]
    if len(named) == 1:
        return named[0]
    if named:
        numbers = " and ".join(str(index + 1) for index in named)
        raise EditImpossible(
            f"The columns {numbers} have the name {edit.column!r}. Name the one to be edited by its number.",
            row=edit.row,
        )
    number = int(edit.column) if edit.column.isascii() and edit.column.isdigit() else 0
    if 1 <= number <= len(header):
        return number - 1
    raise EditImpossible(
        f"There is no column {edit.column!r} to be edited. The columns are: {', '.join(header)[:300]}.",
        row=edit.row,
    )
