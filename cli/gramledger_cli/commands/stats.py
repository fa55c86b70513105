"""`gramledger stats`."""

from __future__ import annotations

import click

from gramledger_cli import stats_view
from gramledger_cli.commands.options import (
    as_of_option,
    date_range,
    json_option,
    pass_surroundings,
    print_json,
    project_option,
)
from gramledger_cli.exits import Exit
from gramledger_cli.span import Span
from gramledger_cli.surroundings import Surroundings

SORTS = (
    *("tokens", "entries", "requests", "cost", "list_price", "energy_kwh", "gwp_kgco2e", "cache_hit"),
    "model",
)


@click.command("stats")
@project_option
@date_range
@as_of_option
@click.option("--model", metavar="NAME", help="Only usage of this model, as it is written.")
@click.option("--sort", type=click.Choice(SORTS), help="Order of the models; else by tokens.")
@click.option("--zone", metavar="ZONE", help="Time zone of hours and weekdays, as Europe/London; else UTC.")
@click.option(
    "--step", type=click.Choice(("day", "hour", "10min")), help="Also show the usage of each such step."
)
@json_option
@pass_surroundings
def stats(
    surroundings: Surroundings,
    *,
    project: str,
    first: str | None,
    last: str | None,
    as_of: str | None,
    model: str | None,
    sort: str | None,
    zone: str | None,
    step: str | None,
    as_json: bool,
) -> Exit:
    """Show averages, models beside each other, peaks, percentiles and growth of a project's usage."""
    api = surroundings.api()
    span = Span(first, last, as_of)
    asked = {"model": model, "sort": sort, "zone": zone, "step": step}
    document = api.statistics(api.project(project)["project_id"], span, **asked)
    if as_json:
        print_json(document)
    else:
        click.echo(stats_view.stats(document))
    return Exit.OK
