"""`gramledger recalculate`: plans one, shows what it would change, and runs it when that is confirmed."""

from __future__ import annotations

import sys

import click

from gramledger_cli import recalculation_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.options import (
    date_range,
    json_option,
    pass_surroundings,
    print_json,
    project_option,
)
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

_PAUSE_SECONDS = 0.5
_GOING = ("planning", "processing", "cancelling", "undoing")
_QUALITIES = ("exact", "derived", "family", "unknown", "measured")
_STATUSES = ("ok", "needs_recalculation", "not_applicable")


@click.command("recalculate")
@project_option
@date_range
@click.option(
    "--model", "models", multiple=True, metavar="NAME", help="Only entries of this name; repeatable."
)
@click.option(
    "--entry",
    "entries",
    multiple=True,
    nargs=2,
    metavar="INSTANT KEY",
    help="Only this entry, as 'entries --json' shows its ts and key; repeatable.",
)
@click.option(
    "--quality",
    "qualities",
    multiple=True,
    type=click.Choice(_QUALITIES),
    help="Only entries of names that are understood so; repeatable.",
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice(_STATUSES),
    help="Only entries of names that have entries in this state; repeatable.",
)
@click.option("--preset", metavar="P", help="By this preset, an id or id@version; else by the project's.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--yes", is_flag=True, help="Run it without asking.")
@json_option
@pass_surroundings
def recalculate(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    models: tuple[str, ...],
    entries: tuple[tuple[str, str], ...],
    qualities: tuple[str, ...],
    statuses: tuple[str, ...],
    preset: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> Exit:
    """Calculate entries anew, by the preset and the meanings of names that hold now.

    First shows what would change, and asks; a plan that would change nothing is dropped. What is there stays in the
    history, and the recalculation can be taken back.
    """
    if dry_run and yes:
        raise click.UsageError("Give either --dry-run or --yes.")
    api = surroundings.api()
    project_id = str(api.project(project)["project_id"])
    asked = {
        "preset": preset,
        "from": first,
        "to": last,
        "models": list(models),
        "entries": [{"ts": ts, "key": key} for ts, key in entries],
        "quality": list(qualities),
        "status": list(statuses),
    }
    planned = api.plan_recalculation(project_id, {name: value for name, value in asked.items() if value})
    document = at_rest(surroundings, api, planned)
    only_looked = dry_run or (not yes and _is_idle(document))
    if document["status"] == "planned" and only_looked:
        api.decide_recalculation(project_id, document["recalculation_id"], "cancel")
    elif document["status"] == "planned" and _agreed(document, yes=yes, as_json=as_json):
        going = api.decide_recalculation(project_id, document["recalculation_id"], "confirm")
        document = at_rest(surroundings, api, going)
    if as_json:
        print_json(document)
    else:
        command = None if only_looked else surroundings.command
        kept = not only_looked or document["status"] != "planned"
        click.echo(recalculation_view.recalculation(document, command, kept=kept))
    return exit_of(document)


def _is_idle(document: Document) -> bool:
    """Whether carrying out the plan would change nothing, not even claims that do not count."""
    found = document.get("preview") or {}
    return not found.get("claims") and not found.get("failed")


def _agreed(document: Document, *, yes: bool, as_json: bool) -> bool:
    """Whether the plan is to be carried out: somebody said so before, or says so now."""
    if yes:
        return True
    if as_json or not sys.stdin.isatty():
        return False
    click.echo(recalculation_view.recalculation(document, None))
    return click.confirm("Run it?")


def at_rest(surroundings: Surroundings, api: Api, document: Document) -> Document:
    """The recalculation when nothing more happens to it by itself."""
    while document["status"] in _GOING and not document.get("paused_at"):
        surroundings.sleep(_PAUSE_SECONDS)
        document = api.recalculation(document["project_id"], document["recalculation_id"])
    return document


def exit_of(document: Document) -> Exit:
    """The exit code for a recalculation at rest."""
    if document["status"] == "failed":
        return Exit.REFUSED
    found = document.get("report") or document.get("preview") or {}
    return Exit.FINDINGS if found.get("failed") else Exit.OK
