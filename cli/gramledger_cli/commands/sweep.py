"""`gramledger sweep`."""

from __future__ import annotations

import click

from gramledger_cli import sweep_view
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

PAUSE = 0.5


@click.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=0, help="Look at so many imports, newest first; 0: all."
)
@json_option
@pass_surroundings
def sweep(surroundings: Surroundings, dry_run: bool, limit: int, as_json: bool) -> Exit:
    """Find imports that stopped half-way and put them right, once; the stack does so by itself every 15 minutes.

    What ended imports have left behind is cleared away, too. Ends with 1 where something could not be done, or where
    the history of a day is broken.
    """
    api = surroundings.api()
    report = api.start_sweep(dry_run=dry_run, limit=limit)
    while report["status"] == "running":
        surroundings.sleep(PAUSE)
        report = api.sweep(report["sweep_id"])
    if as_json:
        print_json(report)
    else:
        click.echo(sweep_view.report(report))
    troubled = report["broken"] or any(found["trouble"] for found in report["findings"])
    return Exit.OK if report["status"] == "completed" and not troubled else Exit.ERROR
