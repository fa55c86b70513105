"""`gramledger summary`."""

from __future__ import annotations

import click

from gramledger_cli import summary_view
from gramledger_cli.commands.options import (
    as_of_option,
    date_range,
    json_option,
    pass_surroundings,
    print_json,
    project_option,
)
from gramledger_cli.exits import Exit
from gramledger_cli.span import Span
from gramledger_cli.surroundings import Surroundings


@click.command("summary")
@project_option
@date_range
@as_of_option
@json_option
@pass_surroundings
def summary(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    as_json: bool,
) -> Exit:
    """Show a project's totals, by model and by day.

    Tokens, cost, energy and carbon; the last two with their ranges.
    """
    api = surroundings.api()
    found = api.project(project)
    document = api.summary(found["project_id"], Span(first, last, as_of))
    if as_json:
        print_json(document)
    else:
        click.echo(summary_view.summary(document, found["name"]))
    return Exit.OK
