"""`gramledger duplicates`."""

from __future__ import annotations

import click

from gramledger_cli import duplicates_view
from gramledger_cli.commands.options import json_option, limit_option, pass_surroundings, print_json_list
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings


@click.command("duplicates")
@click.argument("import_id", metavar="ID")
@limit_option(100)
@json_option
@pass_surroundings
def duplicates(surroundings: Surroundings, import_id: str, limit: int, as_json: bool) -> Exit:
    """Show the rows of an import that differ from the entry of their event.

    The entry stays as it is; each row comes with what it says and what the entry says.
    """
    found = surroundings.api().duplicates(import_id, limit)
    if as_json:
        print_json_list(found)
        return Exit.OK
    shown = list(found)
    click.echo(duplicates_view.duplicates(shown))
    if limit and len(shown) == limit:
        click.echo(f"Only the first {limit:,} are shown; --limit 0 gives all.", err=True)
    if any(row.get("reason") == duplicates_view.EARLIER_STAYS for row in shown):
        click.echo("To let these rows count, import their file with --on-conflict update.", err=True)
    return Exit.OK
