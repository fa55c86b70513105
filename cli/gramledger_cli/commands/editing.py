"""`--edit`: new texts of single cells of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from gramledger_cli.api import Document

F = TypeVar("F", bound=Callable[..., Any])


def edit_option(command: F) -> F:
    """Adds `--edit`, given to the command as `edits`: a list of {row, column, value}."""
    return click.option(
        "--edit",
        "edits",
        multiple=True,
        metavar="ROW:COLUMN=VALUE",
        callback=_edits,
        help="Give a cell another text, as 12:Model=gpt-5; columns go by name or number; repeatable.",
    )(command)


def _edits(_context: click.Context, _option: click.Parameter, values: Iterable[str]) -> list[Document]:
    edits = []
    for text in values:
        row, colon, cell = text.partition(":")
        column, equals, value = cell.partition("=")
        if not (row.isascii() and row.isdigit() and colon and column and equals):
            raise click.BadParameter(f"'{text}' is no edit. Write ROW:COLUMN=VALUE, such as 12:Model=gpt-5.")
        edits.append({"row": int(row), "column": column, "value": value})
    return edits
