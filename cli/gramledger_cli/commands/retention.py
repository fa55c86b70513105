"""`gramledger retention`."""

from __future__ import annotations

import click

from gramledger_cli import parity_view
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

_PAUSE_SECONDS = 1.0


@click.command("retention")
@click.option("--dry-run", is_flag=True, help="Only list what would go.")
@json_option
@pass_surroundings
def retention(surroundings: Surroundings, *, dry_run: bool, as_json: bool) -> Exit:
    """Prune days of provider windows that a sealed report vouches for.

    Of all projects of the tenant, days older than 35 days are looked at. Their totals stay. Ends with exit code 1
    when the run fails.
    """
    api = surroundings.api()
    document = api.start_retention(dry_run=dry_run)
    while document["status"] == "running":
        surroundings.sleep(_PAUSE_SECONDS)
        document = api.retention(document["run_id"])
    if as_json:
        print_json(document)
    else:
        click.echo(parity_view.retention(document))
    return Exit.OK if document["status"] == "completed" else Exit.ERROR
