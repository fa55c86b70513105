"""`gramledger formats`."""

from __future__ import annotations

import click

from gramledger_cli import formats_view
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit, NotFound
from gramledger_cli.surroundings import Surroundings


@click.command("formats")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--example", is_flag=True, help="Write an example file of the format to standard output.")
@json_option
@pass_surroundings
def formats(surroundings: Surroundings, name: str | None, example: bool, as_json: bool) -> Exit:
    """List the file formats that can be imported, or show one."""
    if example and (name is None or as_json):
        raise click.UsageError("--example needs the NAME of a format, and excludes --json.")
    api = surroundings.api()
    if name and example:
        click.echo(api.format_example(name), nl=False)
        return Exit.OK
    known = api.formats()
    chosen = [document for document in known if name in (None, document["name"])]
    if not chosen:
        raise NotFound(f"There is no format '{name}'.", "'{command} formats' lists what there is.")
    if as_json:
        print_json(chosen[0] if name else chosen)
    else:
        click.echo(formats_view.format_(chosen[0]) if name else formats_view.formats(chosen))
    return Exit.OK
