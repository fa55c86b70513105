"""`gramledger rejects`."""

from __future__ import annotations

import click

from gramledger_cli import rejects_view
from gramledger_cli.commands.options import (
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
)
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings


@click.command("rejects")
@click.argument("import_id", metavar="ID")
@click.option(
    "--csv", "as_csv", is_flag=True, help="Write the refused ones as a CSV file to standard output."
)
@click.option(
    "--by-code", is_flag=True, help="Show each reason once, with the number of rows and the first ones."
)
@limit_option(100)
@json_option
@pass_surroundings
def rejects(
    surroundings: Surroundings, import_id: str, *, as_csv: bool, by_code: bool, limit: int, as_json: bool
) -> Exit:
    """Show the rejected rows of an import.

    Each comes with its line, column, reason, repair and raw text. The CSV file can be corrected and imported again.
    """
    api = surroundings.api()
    if as_csv and (as_json or by_code):
        raise click.UsageError("--csv excludes --json and --by-code.")
    if by_code:
        groups = api.reject_groups(import_id)
        if as_json:
            print_json(groups)
        else:
            click.echo(rejects_view.reject_groups(groups))
    elif as_csv:
        for piece in api.rejects_csv(import_id):
            click.echo(piece, nl=False)
    elif as_json:
        print_json_list(api.rejects(import_id, limit))
    else:
        shown = list(api.rejects(import_id, limit))
        click.echo(rejects_view.rejects(shown))
        if limit and len(shown) == limit:
            click.echo(f"Only the first {limit:,} are shown; --limit 0 or --csv gives all.", err=True)
    return Exit.OK
