"""`gramledger intensities`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from gramledger_cli import intensity_view
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings


@click.group("intensities", cls=ListingGroup)
def intensities() -> None:
    """Half-hourly carbon intensities of Great Britain's grid, for readings of meters."""


@intensities.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@json_option
@pass_surroundings
def import_intensities(surroundings: Surroundings, files: tuple[Path, ...], as_json: bool) -> Exit:
    """Add FILES to the series: what NESO's API answers (JSON), or CSV with the columns from, forecast and actual.

    Figures that are known already give way to those of a later file. Each file that says something new makes a version;
    imports from then on are calculated with it, if the project's preset uses half-hourly intensities.
    """
    api = surroundings.api()
    documents = [api.import_intensities(_document(file)) for file in files]
    if as_json:
        print_json(documents)
    else:
        click.echo(intensity_view.versions(list({one["label"]: one for one in documents}.values())))
    return Exit.OK


@intensities.command("list")
@json_option
@pass_surroundings
def list_intensities(surroundings: Surroundings, as_json: bool) -> Exit:
    """List the versions of the series."""
    documents = surroundings.api().intensities()
    if as_json:
        print_json(documents)
    else:
        click.echo(intensity_view.versions(documents))
    return Exit.OK


def _document(file: Path) -> dict[str, Any]:
    """The body of the request: a JSON file as it is, any other text as CSV."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(
            f"{file} is no UTF-8 text. Give NESO's JSON as it came, or a CSV."
        ) from None
    if text.lstrip()[:1] not in ("{", "["):
        return {"csv": text}
    try:
        document = json.loads(text)
    except ValueError as error:
        raise click.ClickException(f"{file} is no valid JSON: {error}.") from None
    return document if isinstance(document, dict) else {"data": document}
