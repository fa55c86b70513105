"""`gramledger imports`: list, show, preview, confirm and discard. Stopping one is in `commands.stopping`."""

from __future__ import annotations

import sys

import click

from gramledger_cli import imports_view, preview_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.editing import edit_option
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import (
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
)
from gramledger_cli.commands.reading import reading_options
from gramledger_cli.exits import Exit, Interrupted
from gramledger_cli.importing import AT_REST, Outcome, at_rest, follow
from gramledger_cli.progress import progress_on
from gramledger_cli.surroundings import Surroundings

STATUSES = ("waiting", "queued", "processing", "cancelling", "undoing", *AT_REST)


@click.group("imports", cls=ListingGroup)
def imports() -> None:
    """List imports (the default), show one, or decide about one."""


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
        click.echo(imports_view.imports(documents))
    return Exit.OK


@imports.command("show")
@click.argument("import_id", metavar="ID")
@click.option("--watch", is_flag=True, help="Wait for the end first.")
@json_option
@pass_surroundings
def show_import(surroundings: Surroundings, import_id: str, watch: bool, as_json: bool) -> Exit:
    """Show one import: status, progress, times and receipt."""
    api = surroundings.api()
    document = api.import_(import_id)
    print_import(surroundings, watched(surroundings, api, document) if watch else document, as_json)
    return Exit.OK


def watched(surroundings: Surroundings, api: Api, document: Document) -> Document:
    """The import when nothing more happens to it by itself. Raises Interrupted."""
    import_id = str(document["import_id"])
    seen = [document]
    if not at_rest(document):
        try:
            with progress_on(sys.stderr, surroundings.clock) as progress:
                follow(api, {import_id: import_id}, seen.append, progress, surroundings.sleep)
        except KeyboardInterrupt:
            stop = f"Cancel it with: {{command}} imports cancel {import_id}"
            raise Interrupted("Stopped watching; the import goes on.", stop) from None
    return seen[-1]


def print_import(surroundings: Surroundings, document: Document, as_json: bool) -> None:
    """The import as text, or as it is."""
    if as_json:
        print_json(document)
    else:
        click.echo(imports_view.import_(document, surroundings.command))


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


@imports.command("confirm")
@click.argument("import_id", metavar="ID")
@click.option("--watch/--no-watch", default=True, help="Wait for the end (default), or return at once.")
@reading_options
@edit_option
@json_option
@pass_surroundings
def confirm_import(
    surroundings: Surroundings,
    import_id: str,
    *,
    watch: bool,
    said: Document,
    edits: list[Document],
    as_json: bool,
) -> Exit:
    """Let a planned import go on. With corrected options or edits its file is read again."""
    api = surroundings.api()
    document = api.confirm(import_id, {**said, **({"edits": edits} if edits else {})})
    if watch:
        document = watched(surroundings, api, document)
    print_import(surroundings, document, as_json)
    return Outcome(import_id, document, uploaded=True).exit


@imports.command("discard")
@click.argument("import_id", metavar="ID")
@json_option
@pass_surroundings
def discard_import(surroundings: Surroundings, import_id: str, as_json: bool) -> Exit:
    """End a planned import; its file, plan and preview are removed."""
    print_import(surroundings, surroundings.api().discard(import_id), as_json)
    return Exit.OK
