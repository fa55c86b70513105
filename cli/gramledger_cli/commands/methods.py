"""`gramledger methods`."""

from __future__ import annotations

import click

from gramledger_cli import methods_view
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


@click.command("methods")
@project_option
@date_range
@as_of_option
@json_option
@pass_surroundings
def methods(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    as_json: bool,
) -> Exit:
    """Compare published ways to count input tokens on a project's usage.

    The figures of all of them side by side, with their spread; nothing is changed.
    """
    api = surroundings.api()
    document = api.methods(api.project(project)["project_id"], Span(first, last, as_of))
    if as_json:
        print_json(document)
    else:
        click.echo(methods_view.methods(document))
    return Exit.OK
