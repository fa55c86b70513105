"""`gramledger entries add`."""

from __future__ import annotations

import json
from typing import TextIO

import click

from gramledger_cli import imports_view
from gramledger_cli.api import Document
from gramledger_cli.commands.imports import watched
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json, project_option
from gramledger_cli.exits import Exit
from gramledger_cli.importing import Outcome
from gramledger_cli.surroundings import Surroundings

_TOKENS = click.IntRange(min=0)
_STATED = (
    *("ts", "model", "input", "cache_write", "cache_read", "output", "requests", "user", "cost", "currency"),
    *("id", "meter", "kwh", "minutes", "estimated", "note"),
)


@click.command("add")
@project_option
@click.option("--at", "ts", metavar="INSTANT", help="When, with its zone, as 2026-01-31T12:00:00Z.")
@click.option("--model", metavar="M", help="Of usage: name of the model.")
@click.option("--input", type=_TOKENS, metavar="N", help="Tokens of input that no cache served.")
@click.option("--cache-write", type=_TOKENS, metavar="N", help="Tokens of input written to a cache.")
@click.option("--cache-read", type=_TOKENS, metavar="N", help="Tokens of input read from a cache.")
@click.option("--output", type=_TOKENS, metavar="N", help="Tokens of output.")
@click.option("--requests", type=_TOKENS, metavar="N", help="How many requests they are of; else 1.")
@click.option("--user", metavar="U", help="Whose usage it is.")
@click.option("--cost", metavar="X", help="What it has cost.")
@click.option("--currency", metavar="C", help="The currency of that, as EUR; else USD.")
@click.option(
    "--id", metavar="ID", help="What tells the usage from other usage; stated again, it is a duplicate."
)
@click.option("--meter", metavar="M", help="Of a reading: which meter.")
@click.option("--kwh", metavar="X", help="What the meter counted.")
@click.option(
    "--minutes", type=click.IntRange(1, 1440), metavar="N", help="How long, beginning at that instant."
)
@click.option("--estimated", is_flag=True, default=None, help="The reading is an estimate.")
@click.option("--note", metavar="TEXT", help="Kept with the entry as it is.")
@click.option(
    "--file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="JSON array of entries instead; - for stdin.",
)
@click.option(
    "--on-conflict",
    type=click.Choice(("skip", "update")),
    default="skip",
    help="What becomes of an entry that is there and says something else: it stays (skip, default), or gives way.",
)
@click.option("--watch/--no-watch", default=True, help="Wait for the end (default), or return at once.")
@json_option
@pass_surroundings
def add_entries(
    surroundings: Surroundings,
    /,
    *,
    project: str,
    file: TextIO | None,
    on_conflict: str,
    watch: bool,
    as_json: bool,
    **stated: object,
) -> Exit:
    """Add usage or a meter reading that no file has.

    What is added is an import of its own, and can be undone as one.
    """
    entry = {name: stated[name] for name in _STATED if stated[name] is not None}
    if (file is None) == (not entry):
        raise click.UsageError("State one entry by its options, or several with --file.")
    if file is None:
        _require(entry)
    api = surroundings.api()
    form = {"entries": [entry] if file is None else _entries_in(file), "on_conflict": on_conflict}
    document = api.add_entries(api.project(project)["project_id"], form)
    if watch:
        document = watched(surroundings, api, document)
    outcome = Outcome("entries by hand", document, uploaded=True)
    if as_json:
        print_json(document)
    else:
        click.echo(imports_view.outcome(outcome, surroundings.command))
    return outcome.exit


_NEEDED = {
    "reading": (
        ("ts", "--at", "2026-01-31T12:00:00Z"),
        ("kwh", "--kwh", "1.25"),
        ("minutes", "--minutes", "30"),
    ),
    "usage": (
        ("ts", "--at", "2026-01-31T12:00:00Z"),
        ("model", "--model", "gpt-5"),
        ("output", "--output", "700"),
    ),
}


def _require(entry: Document) -> None:
    """Wrong usage, naming the options that are missing, unless the entry says all that it has to."""
    kind = "reading" if "meter" in entry else "usage"
    missing = [
        f"{option} (such as {example})" for name, option, example in _NEEDED[kind] if name not in entry
    ]
    if missing:
        what = "A reading of a meter" if kind == "reading" else "Usage"
        other = "" if kind == "reading" else "; a reading of a meter needs --meter"
        raise click.UsageError(f"{what} needs {', '.join(missing)}{other}.")


def _entries_in(file: TextIO) -> Document:
    """The JSON of a file; what is wrong with its members the API says."""
    try:
        document: Document = json.load(file)
    except ValueError as error:
        raise click.UsageError(f"{file.name} is no JSON: {error}") from None
    return document
