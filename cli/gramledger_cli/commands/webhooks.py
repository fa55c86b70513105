"""`gramledger webhooks`."""

from __future__ import annotations

import click

from gramledger_cli import webhooks_view
from gramledger_cli.api import Api, Document
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import (
    json_option,
    limit_option,
    pass_surroundings,
    print_json,
    print_json_list,
)
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.5


@click.group("webhooks", cls=ListingGroup)
def webhooks() -> None:
    """List webhooks (the default), add, try, renew or remove one, and see what became of its deliveries."""


@webhooks.command("ls")
@json_option
@pass_surroundings
def list_webhooks(surroundings: Surroundings, as_json: bool) -> Exit:
    """List webhooks."""
    documents = surroundings.api().webhooks()
    if as_json:
        print_json(documents)
    else:
        click.echo(webhooks_view.webhooks(documents))
    return Exit.OK


@webhooks.command("add")
@click.argument("url")
@click.option("--event", "events", multiple=True, metavar="TYPE", help="Send only such events; repeatable.")
@json_option
@pass_surroundings
def add_webhook(surroundings: Surroundings, url: str, events: tuple[str, ...], as_json: bool) -> Exit:
    """Send events to an https:// address from now on. Prints the secret, which is not shown again."""
    return _show_secret(surroundings.api().add_webhook(url, events), as_json)


@webhooks.command("rotate")
@click.argument("webhook_id", metavar="ID")
@json_option
@pass_surroundings
def rotate_webhook(surroundings: Surroundings, webhook_id: str, as_json: bool) -> Exit:
    """Make a new secret, and print it. For a day deliveries are signed by the one before too."""
    return _show_secret(surroundings.api().rotate_webhook(webhook_id), as_json)


@webhooks.command("test")
@click.argument("webhook_id", metavar="ID")
@json_option
@pass_surroundings
def test_webhook(surroundings: Surroundings, webhook_id: str, as_json: bool) -> Exit:
    """Send an event that is only a test, once, and wait for the answer."""
    api = surroundings.api()
    document = _ended(surroundings, api, webhook_id, api.test_webhook(webhook_id))
    if as_json:
        print_json(document)
    else:
        click.echo(webhooks_view.delivery(document))
    return Exit.OK if document["status"] == "delivered" else Exit.ERROR


@webhooks.command("deliveries")
@click.argument("webhook_id", metavar="ID")
@limit_option(20)
@json_option
@pass_surroundings
def list_deliveries(surroundings: Surroundings, webhook_id: str, limit: int, as_json: bool) -> Exit:
    """List deliveries to a webhook, newest first."""
    documents = surroundings.api().deliveries(webhook_id, limit)
    if as_json:
        print_json_list(documents)
    else:
        click.echo(webhooks_view.deliveries(documents))
    return Exit.OK


@webhooks.command("resend")
@click.argument("webhook_id", metavar="ID")
@click.argument("delivery_id", metavar="DELIVERY")
@json_option
@pass_surroundings
def resend(surroundings: Surroundings, webhook_id: str, delivery_id: str, as_json: bool) -> Exit:
    """Begin a delivery anew that was taken or given up."""
    document = surroundings.api().resend(webhook_id, delivery_id)
    if as_json:
        print_json(document)
    else:
        click.echo(webhooks_view.delivery(document))
    return Exit.OK


@webhooks.command("remove")
@click.argument("webhook_id", metavar="ID")
@json_option
@pass_surroundings
def remove_webhook(surroundings: Surroundings, webhook_id: str, as_json: bool) -> Exit:
    """Send nothing more to a webhook."""
    document = surroundings.api().remove_webhook(webhook_id)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Removed the webhook {document['webhook_id']} to {document['url']}.")
    return Exit.OK


def _show_secret(document: Document, as_json: bool) -> Exit:
    if as_json:
        print_json(document)
    else:
        click.echo(webhooks_view.secret(document))
        click.echo("Keep the secret now: it is not shown again.", err=True)
    return Exit.OK


def _ended(surroundings: Surroundings, api: Api, webhook_id: str, delivery: Document) -> Document:
    """The delivery when it has ended, or as it is when that takes too long."""
    deadline = surroundings.clock() + PATIENCE_SECONDS
    while delivery["status"] == "pending" and surroundings.clock() < deadline:
        surroundings.sleep(LOOK_SECONDS)
        wanted = delivery["delivery_id"]
        found = api.deliveries(webhook_id, 100)
        delivery = next((known for known in found if known["delivery_id"] == wanted), delivery)
    return delivery
