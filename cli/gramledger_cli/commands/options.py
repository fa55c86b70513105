"""Options that several commands share, and how documents are printed."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar, cast

import click

from gramledger_cli.exits import Interrupted, Stop
from gramledger_cli.surroundings import Surroundings

F = TypeVar("F", bound=Callable[..., Any])

pass_surroundings = click.make_pass_decorator(Surroundings)

project_option = click.option("--project", required=True, metavar="P", help="Id or name of the project.")


def json_option(command: F) -> F:
    """Adds `--json`, given to the command as `as_json`. With it a command that stops prints its problem, so that
    whoever reads standard output always gets a document."""

    @functools.wraps(command)
    def answering(*given: Any, as_json: bool, **named: Any) -> Any:
        try:
            return command(*given, as_json=as_json, **named)
        except Interrupted:
            raise
        except Stop as stop:
            if as_json and not stop.broken_off:
                print_json(stop.problem)
            raise

    option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
    return cast("F", option(answering))


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
    try:
        for document in documents:
            click.echo((",\n" if opened else "[\n") + json.dumps(document, ensure_ascii=False), nl=False)
            opened = True
    except Stop as stop:
        stop.broken_off = opened
        raise
    click.echo("\n]" if opened else "[]")
