"""`gramledger parity`: compare the ledger with what its provider says."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gramledger_cli import imports_view, parity_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import (
    date_range,
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
    project_option,
)
from gramledger_cli.exits import Exit, Stop
from gramledger_cli.figures import counted
from gramledger_cli.importing import import_files
from gramledger_cli.progress import progress_on
from gramledger_cli.surroundings import Surroundings

_PAUSE_SECONDS = 1.0


@click.group("parity", cls=ListingGroup)
def parity() -> None:
    """Compare the ledger with what its provider says, day by day, with the cause of each gap."""


@parity.command("run")
@project_option
@click.option(
    "--reference",
    "files",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="An export of the provider; repeatable. It is read as a dry run.",
)
@click.option("--import", "imports", multiple=True, metavar="ID", help="A dry run that is there; repeatable.")
@click.option("--account", metavar="NAME", help="The account that the files are of.")
@date_range
@click.option(
    "--tokens", type=click.IntRange(min=0), metavar="N", help="So many tokens or requests are no gap."
)
@click.option("--tokens-percent", type=click.FloatRange(0, 10), metavar="P", help="Nor is so many percent.")
@click.option("--money", type=click.FloatRange(0, 1000), metavar="AMOUNT", help="So much money is no gap.")
@click.option("--money-percent", type=click.FloatRange(0, 10), metavar="P", help="Nor is so many percent.")
@json_option
@pass_surroundings
def run(
    surroundings: Surroundings,
    *,
    project: str,
    files: tuple[Path, ...],
    imports: tuple[str, ...],
    account: str | None,
    first: str | None,
    last: str | None,
    tokens: int | None,
    tokens_percent: float | None,
    money: float | None,
    money_percent: float | None,
    as_json: bool,
) -> Exit:
    """Compare a project's ledger with exports of its provider, or its usage with its own costs.

    Without a reference the project's costs are it, and the days must be given. Ends with exit code 6 when there
    are gaps.
    """
    api = surroundings.api()
    project_id = api.project(project)["project_id"]
    asked = {
        "tokens": tokens,
        "tokens_percent": tokens_percent,
        "money": money,
        "money_percent": money_percent,
    }
    tolerances = {name: value for name, value in asked.items() if value is not None}
    form: Document = {"imports": [*imports, *_dry_runs(surroundings, api, project_id, files, account)]}
    form |= {name: day for name, day in (("from", first), ("to", last)) if day}
    document = api.start_parity(project_id, {**form, **({"tolerances": tolerances} if tolerances else {})})
    while document["status"] == "running":
        surroundings.sleep(_PAUSE_SECONDS)
        document = api.parity(project_id, document["report_id"])
    if as_json:
        print_json(document)
    else:
        click.echo(parity_view.report(document))
    return _ending(document)


def _dry_runs(
    surroundings: Surroundings, api: Api, project_id: str, files: tuple[Path, ...], account: str | None
) -> list[str]:
    """The files read, and kept out of the ledger; the ids of their imports."""
    if not files:
        return []
    with progress_on(sys.stderr, surroundings.clock) as progress:
        outcomes = import_files(
            api,
            project_id,
            files,
            dry_run=True,
            said={"account": account} if account else {},
            watch=True,
            progress=progress,
            sleep=surroundings.sleep,
            clock=surroundings.clock,
        )
    for outcome in outcomes:
        if outcome.status != "completed" or outcome.import_id is None:
            stop = Stop(imports_view.outcome(outcome, surroundings.command), stated=outcome.problem)
            stop.exit = Exit.REFUSED if outcome.exit is Exit.REFUSED else Exit.ERROR
            raise stop
    return [str(outcome.import_id) for outcome in outcomes]


@parity.command("list")
@project_option
@limit_option(20)
@json_option
@pass_surroundings
def list_reports(surroundings: Surroundings, project: str, limit: int, as_json: bool) -> Exit:
    """List comparisons, newest first."""
    api = surroundings.api()
    found = api.parity_reports(api.project(project)["project_id"], limit)
    if as_json:
        print_json_list(found)
    else:
        click.echo(parity_view.reports(list(found)))
    return Exit.OK


@parity.command("show")
@click.argument("report_id", metavar="ID")
@project_option
@click.option("--csv", "as_csv", is_flag=True, help="Write the report as a CSV file to standard output.")
@json_option
@pass_surroundings
def show(surroundings: Surroundings, report_id: str, project: str, *, as_csv: bool, as_json: bool) -> Exit:
    """Show a comparison's report. Ends with exit code 6 when it has gaps."""
    if as_csv and as_json:
        raise click.UsageError("--csv excludes --json.")
    api = surroundings.api()
    project_id = api.project(project)["project_id"]
    if as_csv:
        for piece in api.parity_csv(project_id, report_id):
            click.echo(piece, nl=False)
        return Exit.OK
    document = api.parity(project_id, report_id)
    if as_json:
        print_json(document)
    else:
        click.echo(parity_view.report(document))
    return _ending(document)


@parity.command("ack")
@click.argument("report_id", metavar="ID")
@project_option
@click.option("--note", default="", metavar="TEXT", help="What is done about the gaps.")
@pass_surroundings
def acknowledge(surroundings: Surroundings, report_id: str, project: str, note: str) -> Exit:
    """Say that the gaps of a report are known, so that nobody is told of them again."""
    api = surroundings.api()
    known = api.acknowledge_parity(api.project(project)["project_id"], report_id, note)
    click.echo(f"{counted(known['acknowledged'], 'gap', 'gaps')} of {report_id} known from now on.")
    return Exit.OK


def _ending(document: Document) -> Exit:
    if document["status"] == "failed":
        return Exit.ERROR
    return Exit.FINDINGS if document.get("gaps") else Exit.OK
