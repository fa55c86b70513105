"""`gramledger import`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gramledger_cli import imports_view, preview_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.commands.reading import reading_options
from gramledger_cli.exits import Exit, NotFound, Refused, worst
from gramledger_cli.importing import Outcome, import_files
from gramledger_cli.progress import progress_on
from gramledger_cli.surroundings import Surroundings


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--project", required=True, metavar="P", help="Id or name of the project to import into.")
@click.option("--create", is_flag=True, help="Create the project when there is none of that name.")
@click.option(
    "--watch/--no-watch", default=True, help="Wait for the end (default), or return after the upload."
)
@click.option("--confirm", is_flag=True, help="Stop at each preview, to be confirmed or discarded.")
@click.option("--dry-run", is_flag=True, help="Read and check the files, and save nothing.")
@click.option(
    "--allow-drift", is_flag=True, help="Import files also when columns seem to have changed places."
)
@reading_options
@json_option
@pass_surroundings
def import_command(
    surroundings: Surroundings,
    *,
    files: tuple[Path, ...],
    project: str,
    create: bool,
    watch: bool,
    confirm: bool,
    dry_run: bool,
    allow_drift: bool,
    said: Document,
    as_json: bool,
) -> Exit:
    """Import usage exports into a project.

    Each FILE is uploaded and its import followed to the end. The receipt says where every row went. With
    --json the document is an array with one object a file: file, import_id, status, receipt, problem.
    """
    api = surroundings.api()
    target = find_project(api, project, create)
    with progress_on(sys.stderr, surroundings.clock) as progress:
        outcomes = import_files(
            api,
            target["project_id"],
            files,
            dry_run=dry_run,
            confirm=confirm,
            said={**said, **({"allow_drift": True} if allow_drift else {})},
            watch=watch,
            progress=progress,
            sleep=surroundings.sleep,
            clock=surroundings.clock,
        )
    if as_json:
        print_json([outcome.to_json() for outcome in outcomes])
    else:
        click.echo("\n\n".join(shown(api, outcome, surroundings.command) for outcome in outcomes))
    return worst(outcome.exit for outcome in outcomes)


def shown(api: Api, outcome: Outcome, command: str) -> str:
    """One file's end; of a planned import also its preview, and how to decide about it."""
    text = imports_view.outcome(outcome, command)
    if outcome.status != "planned":
        return text
    preview = preview_view.preview(api.preview(str(outcome.import_id)))
    decide = [f"{command} imports {word} {outcome.import_id}" for word in ("confirm", "discard")]
    return f"{text}\n\n{preview}\n\nImport it with: {decide[0]}\nOr drop it with: {decide[1]}"


def find_project(api: Api, project: str, create: bool) -> Document:
    """A project by id or name; made when it is missing and `create` is set. Raises NotFound, Refused."""
    try:
        return api.project(project)
    except NotFound as missing:
        if not create:
            missing.hint = "With --create it is made; '{command} projects' lists what there is."
            raise
    try:
        return api.create_project(project)
    except Refused as refused:
        if refused.problem.get("code") != "name-taken":
            raise
        return api.project(project)  # somebody else was quicker
