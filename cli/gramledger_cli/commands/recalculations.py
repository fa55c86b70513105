"""`gramledger recalculations`: list them, show one, decide about one, and see what it changed."""

from __future__ import annotations

from typing import IO, Any

import click

from gramledger_cli import recalculation_view
from gramledger_cli.api import Document
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import (
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
    project_option,
)
from gramledger_cli.commands.recalculate import at_rest, exit_of
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

_WORDS = {
    "confirm": "Run a recalculation that is planned.",
    "pause": "Let a recalculation rest after the days that are under way.",
    "resume": "Let a paused recalculation go on.",
    "cancel": "Take a recalculation back before its end, or drop one that is planned.",
    "undo": "Take a recalculation back after its end: the figures of before come back.",
}
_LISTS = {"model": "models", "day": "days", "entry": "entries", "failure": "failures"}


@click.group("recalculations", cls=ListingGroup)
def recalculations() -> None:
    """List recalculations (the default), show one, or decide about one."""


@recalculations.command("list")
@project_option
@limit_option(20)
@json_option
@pass_surroundings
def list_recalculations(surroundings: Surroundings, project: str, limit: int, as_json: bool) -> Exit:
    """List the recalculations of a project, newest first."""
    api = surroundings.api()
    documents = api.recalculations(api.project(project)["project_id"], limit)
    if as_json:
        print_json_list(documents)
    else:
        click.echo(recalculation_view.recalculations(documents))
    return Exit.OK


@recalculations.command("show")
@project_option
@click.argument("recalculation_id", metavar="ID")
@json_option
@pass_surroundings
def show_recalculation(
    surroundings: Surroundings, project: str, recalculation_id: str, as_json: bool
) -> Exit:
    """Show one recalculation: what it is about, how far it is, what it changes."""
    api = surroundings.api()
    document = api.recalculation(api.project(project)["project_id"], recalculation_id)
    return _shown(surroundings, document, as_json)


def _shown(surroundings: Surroundings, document: Document, as_json: bool) -> Exit:
    if as_json:
        print_json(document)
    else:
        click.echo(recalculation_view.recalculation(document, surroundings.command))
    return exit_of(document)


def _deciding(word: str, meaning: str) -> click.Command:
    @click.command(word, help=meaning)
    @project_option
    @click.argument("recalculation_id", metavar="ID")
    @click.option("--watch/--no-watch", default=True, help="Wait for the end (default), or return at once.")
    @json_option
    @pass_surroundings
    def decide(
        surroundings: Surroundings, /, *, project: str, recalculation_id: str, watch: bool, as_json: bool
    ) -> Exit:
        api = surroundings.api()
        project_id = api.project(project)["project_id"]
        document = api.decide_recalculation(project_id, recalculation_id, word)
        return _shown(surroundings, at_rest(surroundings, api, document) if watch else document, as_json)

    return decide


for _word, _meaning in _WORDS.items():
    recalculations.add_command(_deciding(_word, _meaning))


@recalculations.command("report")
@project_option
@click.argument("recalculation_id", metavar="ID")
@click.option(
    "--by",
    type=click.Choice(("day", "model", "entry", "failure")),
    default="model",
    show_default=True,
    help="What a line stands for.",
)
@limit_option(100)
@click.option("--csv", "file", type=click.File("wb"), metavar="FILE", help="Save every entry as CSV instead.")
@json_option
@pass_surroundings
def report(
    surroundings: Surroundings,
    *,
    project: str,
    recalculation_id: str,
    by: str,
    limit: int,
    file: IO[bytes] | None,
    as_json: bool,
) -> Exit:
    """Show before and after, and what the change is made of: method, preset and factors.

    The first line says whether that is the preview, or what was changed.
    """
    api = surroundings.api()
    project_id = str(api.project(project)["project_id"])
    if file is not None:
        for piece in api.recalculation_csv(project_id, recalculation_id):
            file.write(piece)
        return Exit.OK
    rows = list(api.recalculated(project_id, recalculation_id, _LISTS[by], limit))
    if as_json:
        print_json(rows)
        return Exit.OK
    click.echo(recalculation_view.shows(api.recalculation(project_id, recalculation_id)))
    if by == "failure":
        click.echo("\n".join(f"{_entry(row)}  {row['code']}" for row in rows) or "No calculation has failed.")
    else:
        names = {"day": _day, "model": _model, "entry": _entry}
        click.echo(recalculation_view.report(by.upper(), names[by], rows))
    return Exit.OK


def _day(row: Document) -> str:
    return str(row["day"])


def _model(row: Document) -> str:
    return str(row["model"] or "(blank)")


def _entry(row: Any) -> str:
    return f"{row['ts']} {row['model'] or '(blank)'}"
