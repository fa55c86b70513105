"""`gramledger inspect`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gramledger_cli import imports_view, preview_view
from gramledger_cli.api import Document
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json, project_option
from gramledger_cli.commands.reading import reading_options
from gramledger_cli.exits import Exit
from gramledger_cli.importing import import_files
from gramledger_cli.progress import progress_on
from gramledger_cli.surroundings import Surroundings


@click.command("inspect")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@project_option
@reading_options
@json_option
@pass_surroundings
def inspect(surroundings: Surroundings, file: Path, project: str, said: Document, as_json: bool) -> Exit:
    """Show what a file would be taken for, and import nothing.

    The file is uploaded as an import to be confirmed, which is discarded when its preview has been read.
    """
    api = surroundings.api()
    project_id = api.project(project)["project_id"]
    with progress_on(sys.stderr, surroundings.clock) as progress:
        (outcome,) = import_files(
            api,
            project_id,
            [file],
            dry_run=False,
            confirm=True,
            said=said,
            watch=True,
            progress=progress,
            sleep=surroundings.sleep,
            clock=surroundings.clock,
        )
    if outcome.status != "planned":
        if as_json:
            print_json(outcome.to_json())
        else:
            click.echo(imports_view.outcome(outcome, None))
        return outcome.exit
    try:
        preview = api.preview(str(outcome.import_id))
    finally:
        api.discard(str(outcome.import_id))
    if as_json:
        print_json(preview)
    else:
        click.echo(preview_view.preview(preview))
    return Exit.OK
