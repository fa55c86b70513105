"""`gramledger imports ls` and `gramledger imports show`."""

from __future__ import annotations

import sys

import click

from gramledger_cli import preview_view, views
from gramledger_cli.api import Document
from gramledger_cli.commands.options import (
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
)
from gramledger_cli.exits import Exit, Interrupted
from gramledger_cli.importing import ENDED, follow
from gramledger_cli.progress import progress_on
from gramledger_cli.surroundings import Surroundings

STATUSES = ("waiting", "queued", "processing", *ENDED)


@click.group("imports")
def imports() -> None:
    """List imports, or show one."""


@imports.command("ls")
@click.option("--project", metavar="P", help="Only imports into this project (id or name).")
@click.option("--status", type=click.Choice(STATUSES), help="Only imports in this state.")
@limit_option(20)
@json_option
@pass_surroundings
def list_imports(
    surroundings: Surroundings, project: str | None, status: str | None, limit: int, as_json: bool
) -> Exit:
    """List imports, newest first."""
    api = surroundings.api()
    project_id = api.project(project)["project_id"] if project else None
    documents = api.imports(project=project_id, status=status, limit=limit)
    if as_json:
        print_json_list(documents)
    else:
        click.echo(views.imports(documents))
    return Exit.OK


@imports.command("show")
@click.argument("import_id", metavar="ID")
@click.option("--watch", is_flag=True, help="Wait for the end first.")
@json_option
@pass_surroundings
def show_import(surroundings: Surroundings, import_id: str, watch: bool, as_json: bool) -> Exit:
    """Show one import: status, progress, times and receipt."""
    api = surroundings.api()
    shown: list[Document] = [api.import_(import_id)]
    if watch and shown[-1]["status"] not in ENDED:
        try:
            with progress_on(sys.stderr, surroundings.clock) as progress:
                follow(api, {import_id: import_id}, shown.append, progress, surroundings.sleep)
        except KeyboardInterrupt:
            raise Interrupted("Stopped watching; the import goes on.") from None
    if as_json:
        print_json(shown[-1])
    else:
        click.echo(views.import_(shown[-1], surroundings.command))
    return Exit.OK


@imports.command("preview")
@click.argument("import_id", metavar="ID")
@json_option
@pass_surroundings
def preview_import(surroundings: Surroundings, import_id: str, as_json: bool) -> Exit:
    """Show what the file of an import was taken for, and its first rows."""
    document = surroundings.api().preview(import_id)
    if as_json:
        print_json(document)
    else:
        click.echo(preview_view.preview(document))
    return Exit.OK
