"""`gramledger mappings`."""

from __future__ import annotations

from pathlib import Path

import click

from gramledger_cli import mappings_view
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.commands.reading import read_mapping
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings


@click.group("mappings", cls=ListingGroup)
def mappings() -> None:
    """List saved mappings (the default), show, save or remove one."""


@mappings.command("ls")
@json_option
@pass_surroundings
def list_mappings(surroundings: Surroundings, as_json: bool) -> Exit:
    """List saved mappings."""
    documents = surroundings.api().mappings()
    if as_json:
        print_json(documents)
    else:
        click.echo(mappings_view.mappings(documents))
    return Exit.OK


@mappings.command("show")
@click.argument("name")
@json_option
@pass_surroundings
def show_mapping(surroundings: Surroundings, name: str, as_json: bool) -> Exit:
    """Print a saved mapping as JSON, ready for --map; with --json also when and for which columns it was saved."""
    document = surroundings.api().mapping(name)
    print_json(document if as_json else document["mapping"])
    return Exit.OK


@mappings.command("save")
@click.argument("name")
@click.argument("file", required=False, metavar="[FILE]", type=click.Path(path_type=Path))
@click.option("--import", "import_id", metavar="ID", help="Save the mapping by which this import is read.")
@json_option
@pass_surroundings
def save_mapping(
    surroundings: Surroundings, name: str, file: Path | None, import_id: str | None, as_json: bool
) -> Exit:
    """Save a mapping under a name: that of a JSON FILE, or that of an import.

    One that is saved from an import is applied by itself to files with the same columns.
    """
    if (file is None) == (import_id is None):
        raise click.UsageError("Give either a FILE or --import ID.")
    form = {"import_id": import_id} if file is None else {"mapping": read_mapping(file)}
    document = surroundings.api().save_mapping(name, form)
    if as_json:
        print_json(document)
    else:
        click.echo(mappings_view.mappings([document]))
    return Exit.OK


@mappings.command("remove")
@click.argument("name")
@json_option
@pass_surroundings
def remove_mapping(surroundings: Surroundings, name: str, as_json: bool) -> Exit:
    """Remove a saved mapping. Imports that were read by it stay."""
    document = surroundings.api().remove_mapping(name)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Removed the mapping {document['name']}.")
    return Exit.OK
