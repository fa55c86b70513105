"""`gramledger entries`: shows them. Stating some by hand is in `commands.adding`."""

from __future__ import annotations

import click

from gramledger_cli import entries_view
from gramledger_cli.commands.adding import add_entries
from gramledger_cli.commands.options import (
    as_of_option,
    date_range,
    json_option,
    limit_option,
    pass_surroundings,
    print_json_list,
)
from gramledger_cli.exits import Exit
from gramledger_cli.span import Span
from gramledger_cli.surroundings import Surroundings


@click.group("entries", invoke_without_command=True)
@click.option("--project", metavar="P", help="Id or name of the project.")
@date_range
@as_of_option
@limit_option(100)
@json_option
@pass_surroundings
@click.pass_context
def entries(
    context: click.Context,
    surroundings: Surroundings,
    *,
    project: str | None,
    first: str | None,
    last: str | None,
    as_of: str | None,
    limit: int,
    as_json: bool,
) -> Exit:
    """Show entries with their energy and carbon, or add some by hand.

    They come in the order of time.
    """
    if context.invoked_subcommand is not None:
        return Exit.OK
    if project is None:
        raise click.UsageError("Missing option '--project'.", context)
    api = surroundings.api()
    documents = api.entries(api.project(project)["project_id"], Span(first, last, as_of), limit)
    if as_json:
        print_json_list(documents)
        return Exit.OK
    shown = list(documents)
    click.echo(entries_view.entries(shown))
    if limit and len(shown) == limit:
        click.echo(f"Only the first {limit:,} are shown; --limit 0 gives all.", err=True)
    return Exit.OK


entries.add_command(add_entries)
