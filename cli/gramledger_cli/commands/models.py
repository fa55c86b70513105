"""`gramledger models`."""

from __future__ import annotations

import click

from gramledger_cli import models_view
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


@click.command("models")
@project_option
@date_range
@as_of_option
@json_option
@pass_surroundings
def models(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    as_json: bool,
) -> Exit:
    """Show what each model name of a project is taken for.

    The unknown ones come first, with their share of tokens and entries.
    """
    api = surroundings.api()
    document = api.models(api.project(project)["project_id"], Span(first, last, as_of))
    if as_json:
        print_json(document)
    else:
        click.echo(models_view.models(document, surroundings.command))
    return Exit.OK
