"""`gramledger open`."""

from __future__ import annotations

from urllib.parse import quote

import click

from gramledger_cli.commands.options import pass_surroundings
from gramledger_cli.connection import find_connection
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings


@click.command("open")
@click.option("--browser", is_flag=True, help="Open it in this machine's browser, instead of printing it.")
@pass_surroundings
def open_command(surroundings: Surroundings, browser: bool) -> Exit:
    """Print the address of the dashboard, signed in.

    Whoever opens it acts with your token, which is in the part of the address that browsers do not send.
    """
    connection = find_connection(surroundings.environ, surroundings.directory)
    address = f"{connection.url}/#token={quote(connection.token, safe='')}"
    if not browser:
        click.echo(address)
    elif not surroundings.show_page(address):
        click.echo(
            "No browser could be started here. Open the address yourself; leave out --browser to see it."
        )
        return Exit.ERROR
    return Exit.OK
