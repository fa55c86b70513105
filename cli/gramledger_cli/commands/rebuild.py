"""`gramledger rebuild`."""

from __future__ import annotations

import click

from gramledger_cli import rebuild_view
from gramledger_cli.commands.options import (
    json_option,
    pass_surroundings,
    print_json,
    project_option,
)
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

_PAUSE_SECONDS = 1.0


@click.command("rebuild")
@project_option
@click.option("--check", is_flag=True, help="Only compare; nothing is written.")
@json_option
@pass_surroundings
def rebuild(surroundings: Surroundings, project: str, check: bool, as_json: bool) -> Exit:
    """Make a project's pages again from the log, and tell how they compare with those in use.

    Pages that differ are written anew, each as a new version; with --check nothing is. Ends with exit code 6 when
    a page differed.
    """
    api = surroundings.api()
    document = api.start_rebuild(project, check=check)
    while document["status"] == "running":
        surroundings.sleep(_PAUSE_SECONDS)
        document = api.rebuild(project, document["rebuild_id"])
    finished = document["status"] == "finished"
    found = api.rebuild_days(project, document["rebuild_id"]) if finished else iter(())
    wrong = [day for day in found if day["outcome"] != "equal"]
    if as_json:
        print_json({**document, "wrong": wrong})
    else:
        click.echo(rebuild_view.report(document, wrong))
    if not finished:
        return Exit.ERROR
    return Exit.FINDINGS if wrong else Exit.OK
