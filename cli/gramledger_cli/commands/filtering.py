"""`--filter`: which rows of a file are imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from gramledger_cli.api import Document

F = TypeVar("F", bound=Callable[..., Any])

_LISTS = {"kind": "kinds", "model": "models"}


def filter_option(command: F) -> F:
    """Adds `--filter`, given to the command as `filters`: those of an announcement, or None."""
    return click.option(
        "--filter",
        "filters",
        multiple=True,
        metavar="WHAT=VALUE",
        callback=_filters,
        help="Import only such rows: date=DAY..DAY, kind=NAME or model=NAME (* stands for any text); repeatable.",
    )(command)


def _filters(_context: click.Context, _option: click.Parameter, values: Iterable[str]) -> Document | None:
    filters: Document = {}
    for text in values:
        what, equals, value = text.partition("=")
        if not equals or not value or what not in ("date", *_LISTS):
            raise click.BadParameter(
                f"'{text}' is no filter. Write date=2025-10-01..2025-10-31, kind=NAME or model=NAME."
            )
        if what in _LISTS:
            filters.setdefault(_LISTS[what], []).append(value)
        elif "dates" in filters:
            raise click.BadParameter("Give just one filter of dates; it may span any number of days.")
        else:
            filters["dates"] = _days(value)
    return filters or None


def _days(value: str) -> Document:
    """`A..B`, `A..`, `..B` or the one day `A`; the server checks what days they are."""
    first, dots, last = value.partition("..")
    days = {"from": first, "to": last if dots else first}
    return {name: day for name, day in days.items() if day}
