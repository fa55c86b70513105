"""`gramledger entries`."""

from __future__ import annotations

import click

from gramledger_cli import views
from gramledger_cli.commands.options import (
    as_of_option,
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


@click.command("entries")
@project_option
@date_range
@as_of_option
@limit_option(100)
@json_option
@pass_surroundings
def entries(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    limit: int,
    as_json: bool,
) -> Exit:
    """Show entries with their energy and carbon.

    They come in the order of time.
    """
    api = surroundings.api()
    documents = api.entries(api.project(project)["project_id"], Span(first, last, as_of), limit)
    if as_json:
        print_json_list(documents)
        return Exit.OK
    shown = list(documents)
    click.echo(views.entries(shown))
    if limit and len(shown) == limit:
        click.echo(f"Only the first {limit:,} are shown; --limit 0 gives all.", err=True)
    return Exit.OK
