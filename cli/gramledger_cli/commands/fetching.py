"""`gramledger schedules`, `gramledger backfill`, `gramledger backfills`, and how far keys have been fetched."""

from __future__ import annotations

from typing import Any

import click
from click.core import ParameterSource

from gramledger_cli import fetch_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, limit_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit, NotFound
from gramledger_cli.surroundings import Surroundings

PAUSE = 1.0
LOOKED_AT = 100
"""Among so many backfills, the newest ones, the one to be resumed is looked for."""

_FOLLOWED_BY = {"daily-usage": "keys status", "parity": "parity list --project P"}
"""The command that shows how a run of a schedule goes; the others have none, and show in what they do."""

day = click.DateTime(["%Y-%m-%d"])


def _iso(_context: click.Context, _option: click.Parameter, value: Any) -> str | None:
    return value.date().isoformat() if value else None


@click.group("schedules", cls=ListingGroup)
def schedules() -> None:
    """List what the deployment does by schedule (the default), or do it now."""


@schedules.command("list")
@json_option
@pass_surroundings
def list_schedules(surroundings: Surroundings, as_json: bool) -> Exit:
    """List schedules, and when they run (UTC)."""
    documents = surroundings.api().schedules()
    if as_json:
        print_json(documents)
    else:
        click.echo(fetch_view.schedules(documents))
    return Exit.OK


@schedules.command("run")
@click.argument("name", metavar="NAME")
@json_option
@pass_surroundings
def run_schedule(surroundings: Surroundings, name: str, as_json: bool) -> Exit:
    """Do now what a schedule does, for your own tenant; for administrators."""
    document = surroundings.api().run_schedule(name)
    if as_json:
        print_json(document)
    else:
        click.echo(f"{document['name']} has begun as {document['run']}.")
        if name in _FOLLOWED_BY:
            click.echo(f"See how far it is: {surroundings.command} {_FOLLOWED_BY[name]}")
    return Exit.OK


@click.command("backfill")
@click.option("--key", required=True, metavar="K", help="Id or label of the provider key.")
@click.option("--start", type=day, callback=_iso, metavar="DAY", help="First UTC day, as 2026-01-31.")
@click.option(
    "--end", type=day, callback=_iso, metavar="DAY", help="Last UTC day, included; without it yesterday."
)
@click.option(
    "--days", type=click.IntRange(min=1), metavar="N", help="Instead of --start: so many days up to the end."
)
@click.option(
    "--chunk-days",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    metavar="N",
    help="Account after every N days.",
)
@click.option(
    "--sleep-ms",
    type=click.IntRange(min=0),
    default=0,
    metavar="MS",
    help="Wait after each day, to leave the provider's limit to others.",
)
@click.option("--label", metavar="TEXT", help="What it is for.")
@click.option("--endpoint", "endpoints", multiple=True, metavar="NAME", help="Only such usage; repeatable.")
@click.option(
    "--resume", is_flag=True, help="Go on with the newest backfill of the key that has not ended well."
)
@click.option("--wait/--no-wait", default=True, help="Follow it to its end (default), or only begin it.")
@json_option
@pass_surroundings
def backfill(surroundings: Surroundings, /, key: str, *, wait: bool, as_json: bool, **asked: Any) -> Exit:
    """Fetch the usage of past days by a provider key. It goes on when you stop watching."""
    api = surroundings.api()
    if asked.pop("resume"):
        source = click.get_current_context().get_parameter_source
        if any(source(name) is not ParameterSource.DEFAULT for name in asked):
            raise click.UsageError(
                "--resume goes on with what was asked for; leave out days and everything else."
            )
        document = api.decide_backfill(_to_be_resumed(api, key), "resume")
    else:
        if bool(asked["start"]) == bool(asked["days"]):
            raise click.UsageError("Give either --start or --days, or --resume to go on with the last one.")
        asked["endpoints"] = list(asked["endpoints"]) or None
        document = api.start_backfill({"key": key, **{n: v for n, v in asked.items() if v is not None}})
    return _followed(surroundings, api, document, as_json) if wait else _shown(document, as_json)


@click.group("backfills", cls=ListingGroup)
def backfills() -> None:
    """List backfills (the default), show, pause, resume or cancel one."""


@backfills.command("list")
@limit_option(20)
@json_option
@pass_surroundings
def list_backfills(surroundings: Surroundings, limit: int = 20, as_json: bool = False) -> Exit:
    """List backfills, newest first."""
    documents = list(surroundings.api().backfills(limit))
    if as_json:
        print_json(documents)
    else:
        click.echo(fetch_view.backfills(documents))
    return Exit.OK


@backfills.command("show")
@click.argument("backfill_id", metavar="ID")
@json_option
@pass_surroundings
def show_backfill(surroundings: Surroundings, backfill_id: str, as_json: bool) -> Exit:
    """Show a backfill: how far it is, and what it came to."""
    return _shown(surroundings.api().backfill(backfill_id), as_json)


@backfills.command("pause")
@click.argument("backfill_id", metavar="ID")
@json_option
@pass_surroundings
def pause_backfill(surroundings: Surroundings, backfill_id: str, as_json: bool) -> Exit:
    """Let a backfill rest after the day that is under way."""
    return _shown(surroundings.api().decide_backfill(backfill_id, "pause"), as_json)


@backfills.command("resume")
@click.argument("backfill_id", metavar="ID")
@json_option
@pass_surroundings
def resume_backfill(surroundings: Surroundings, backfill_id: str, as_json: bool) -> Exit:
    """Let a backfill go on with the days that are not done, whatever had ended it."""
    return _shown(surroundings.api().decide_backfill(backfill_id, "resume"), as_json)


@backfills.command("cancel")
@click.argument("backfill_id", metavar="ID")
@json_option
@pass_surroundings
def cancel_backfill(surroundings: Surroundings, backfill_id: str, as_json: bool) -> Exit:
    """End a backfill. What it has fetched stays."""
    return _shown(surroundings.api().decide_backfill(backfill_id, "cancel"), as_json)


@click.command("status")
@click.argument("key", metavar="[KEY]", required=False)
@click.option("--endpoint", metavar="NAME", help="Show every day of this endpoint of the key.")
@json_option
@pass_surroundings
def key_status(surroundings: Surroundings, key: str | None, endpoint: str | None, as_json: bool) -> Exit:
    """Show how far keys have been fetched, with gaps, counts and issues."""
    api = surroundings.api()
    if endpoint is not None and key is None:
        raise click.UsageError("Name the KEY whose --endpoint you mean.")
    documents = api.windows(key, endpoint) if key and endpoint else api.cursors(key)
    if as_json:
        print_json(documents)
    else:
        click.echo(fetch_view.windows(documents) if endpoint else fetch_view.cursors(documents))
    return Exit.OK


@click.command("reset")
@click.argument("key", metavar="KEY")
@click.option(
    "--from", "since", type=day, callback=_iso, required=True, metavar="DAY", help="First UTC day to forget."
)
@click.option("--endpoint", metavar="NAME", help="Only this endpoint of the key.")
@json_option
@pass_surroundings
def reset_key(surroundings: Surroundings, key: str, since: str, endpoint: str | None, as_json: bool) -> Exit:
    """Forget what was fetched from a day on, so that it is fetched again; the ledger stays as it is until then."""
    form = {"key": key, "from": since, **({"endpoint": endpoint} if endpoint else {})}
    documents = surroundings.api().reset_cursors(form)
    if as_json:
        print_json(documents)
    else:
        click.echo(fetch_view.cursors(documents))
    return Exit.OK


OF_KEYS = (key_status, reset_key)
"""Commands of `gramledger keys` that speak of fetching."""


def _to_be_resumed(api: Api, key: str) -> str:
    """The newest backfill of a key that has not ended well."""
    for known in api.backfills(LOOKED_AT):
        if key in (known["key_id"], known["key_label"]) and known["status"] not in ("running", "completed"):
            return str(known["backfill_id"])
    raise NotFound(f"The key '{key}' has no backfill that could go on.")


def _followed(surroundings: Surroundings, api: Api, document: Document, as_json: bool) -> Exit:
    """Wait for the end of a backfill, telling of each chunk that is through."""
    told = 0
    click.echo(f"Backfill {document['backfill_id']} has begun.", err=True)
    while True:
        for chunk in document["chunks"][told:]:
            click.echo(fetch_view.chunk(chunk), err=True)
        told = max(told, len(document["chunks"]))
        if document["status"] != "running":
            return _shown(document, as_json)
        surroundings.sleep(PAUSE)
        document = api.backfill(document["backfill_id"])


def _shown(document: Document, as_json: bool) -> Exit:
    if as_json:
        print_json(document)
    else:
        click.echo(fetch_view.backfill(document))
    return Exit.ERROR if document["status"] in ("incomplete", "stopped") else Exit.OK
