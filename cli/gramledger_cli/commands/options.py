"""Options that several commands share, and how documents are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import click

from gramledger_cli.surroundings import Surroundings

F = TypeVar("F", bound=Callable[..., Any])

pass_surroundings = click.make_pass_decorator(Surroundings)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
project_option = click.option("--project", required=True, metavar="P", help="Id or name of the project.")


def _day(_context: click.Context, _option: click.Parameter, value: datetime | None) -> str | None:
    return value.date().isoformat() if value else None


def date_range(command: F) -> F:
    """Adds `--from` and `--to`, given to the command as `first` and `last`."""
    day = click.DateTime(["%Y-%m-%d"])
    first = click.option(
        "--from", "first", type=day, callback=_day, metavar="DAY", help="First UTC day, as 2026-01-31."
    )
    last = click.option(
        "--to", "last", type=day, callback=_day, metavar="DAY", help="Last UTC day, included."
    )
    return first(last(command))


def as_of_option(command: F) -> F:
    """Adds `--as-of`."""
    return click.option(
        "--as-of",
        "as_of",
        metavar="INSTANT",
        help="As it was at an instant with its zone, as 2026-01-31T12:00:00Z.",
    )(command)


def limit_option(default: int) -> Callable[[F], F]:
    """Adds `--limit`."""
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        default=default,
        show_default=True,
        metavar="N",
        help="Print at most N; 0 for all.",
    )


def print_json(document: object) -> None:
    """Print a JSON document to standard output."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def print_json_list(documents: Iterable[object]) -> None:
    """Print a JSON array to standard output, member by member, so that a long one needs no memory."""
    opened = False
    for document in documents:
        click.echo((",\n" if opened else "[\n") + json.dumps(document, ensure_ascii=False), nl=False)
        opened = True
    click.echo("\n]" if opened else "[]")
