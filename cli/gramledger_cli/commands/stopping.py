"""`gramledger imports pause`, `resume`, `cancel` and `undo`."""

from __future__ import annotations

import click

from gramledger_cli.api import Document
from gramledger_cli.commands.imports import print_import, watched
from gramledger_cli.commands.options import json_option, pass_surroundings
from gramledger_cli.exits import Exit
from gramledger_cli.importing import Outcome
from gramledger_cli.surroundings import Surroundings


@click.command("pause")
@click.argument("import_id", metavar="ID")
@json_option
@pass_surroundings
def pause_import(surroundings: Surroundings, import_id: str, as_json: bool) -> Exit:
    """Let an import rest after the tasks that are under way."""
    print_import(surroundings, surroundings.api().decide(import_id, "pause"), as_json)
    return Exit.OK


@click.command("resume")
@click.argument("import_id", metavar="ID")
@click.option("--watch", is_flag=True, help="Wait for the end.")
@json_option
@pass_surroundings
def resume_import(surroundings: Surroundings, import_id: str, watch: bool, as_json: bool) -> Exit:
    """Let a paused import go on with what is not done yet."""
    api = surroundings.api()
    document = api.decide(import_id, "resume")
    if watch:
        document = watched(surroundings, api, document)
    print_import(surroundings, document, as_json)
    return Outcome(import_id, document, uploaded=True).exit


@click.command("cancel")
@click.argument("import_id", metavar="ID")
@click.option(
    "--keep",
    type=click.Choice(("nothing", "days")),
    default="nothing",
    help="What stays: nothing (default), or the whole days that are written already.",
)
@click.option("--watch/--no-watch", default=True, help="Wait for the end (default), or return at once.")
@json_option
@pass_surroundings
def cancel_import(
    surroundings: Surroundings, import_id: str, *, keep: str, watch: bool, as_json: bool
) -> Exit:
    """Take an import back before its end. One that was completed is undone instead."""
    return _taken_back(
        surroundings, import_id, word="cancel", form={"keep": keep}, watch=watch, as_json=as_json
    )


@click.command("undo")
@click.argument("import_id", metavar="ID")
@click.option("--watch/--no-watch", default=True, help="Wait for the end (default), or return at once.")
@json_option
@pass_surroundings
def undo_import(surroundings: Surroundings, import_id: str, *, watch: bool, as_json: bool) -> Exit:
    """Take an import out of the ledger after its end; later imports stay."""
    return _taken_back(surroundings, import_id, word="undo", form={}, watch=watch, as_json=as_json)


def _taken_back(
    surroundings: Surroundings, import_id: str, *, word: str, form: Document, watch: bool, as_json: bool
) -> Exit:
    api = surroundings.api()
    document = api.decide(import_id, word, form)
    if watch:
        document = watched(surroundings, api, document)
    print_import(surroundings, document, as_json)
    return Exit.OK


STOPPING = (pause_import, resume_import, cancel_import, undo_import)
"""All of them, for the group `imports`."""
