"""`gramledger history`."""

from __future__ import annotations

import click

from gramledger_cli import history_view
from gramledger_cli.commands.options import (
    date_range,
    json_option,
    limit_option,
    pass_surroundings,
    print_json_list,
    project_option,
)
from gramledger_cli.exits import Exit
from gramledger_cli.span import Span
from gramledger_cli.surroundings import Surroundings


@click.command("history")
@project_option
@date_range
@limit_option(100)
@json_option
@pass_surroundings
def history(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    limit: int,
    as_json: bool,
) -> Exit:
    """Show what happened to each day of a project.

    Every version of every day: when it was committed, what caused it, and what it came to.
    """
    api = surroundings.api()
    versions = api.history(api.project(project)["project_id"], Span(first, last), limit)
    if as_json:
        print_json_list(versions)
        return Exit.OK
    shown = list(versions)
    click.echo(history_view.history(shown))
    if limit and len(shown) == limit:
        click.echo(f"Only the first {limit:,} are shown; --limit 0 gives all.", err=True)
    return Exit.OK
