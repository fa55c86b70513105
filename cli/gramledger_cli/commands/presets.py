"""`gramledger presets`."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path
from typing import Any

import click

from gramledger_cli import preset_view
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json, project_option
from gramledger_cli.exits import Exit, Refused
from gramledger_cli.surroundings import Surroundings
from gramledger_cli.tables import harmless

GIVEN_BY_THE_LEDGER = ("preset", "version", "versions", "shipped", "created_at", "created_by")
"""Members of a shown preset that are no settings, so that one that was shown can be edited and saved."""


@click.group("presets", cls=ListingGroup)
def presets() -> None:
    """List the settings of calculations (the default), show, save or choose them."""


@presets.command("list")
@json_option
@pass_surroundings
def list_presets(surroundings: Surroundings, as_json: bool) -> Exit:
    """List presets with their newest versions."""
    documents = surroundings.api().presets()
    if as_json:
        print_json(documents)
    else:
        click.echo(preset_view.presets(documents))
    return Exit.OK


@presets.command("show")
@click.argument("preset", metavar="PRESET")
@json_option
@pass_surroundings
def show_preset(surroundings: Surroundings, preset: str, as_json: bool) -> Exit:
    """Show a preset: ID for its newest version, or ID@VERSION."""
    document = surroundings.api().preset(preset)
    if as_json:
        print_json(document)
    else:
        click.echo(preset_view.preset(document))
    return Exit.OK


@presets.command("save")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@click.option("--id", "preset_id", metavar="ID", help="Id of the preset; else the one in the file.")
@click.option("--base", metavar="P", help="Preset whose settings hold where the file says nothing.")
@json_option
@pass_surroundings
def save_preset(
    surroundings: Surroundings, file: Path, preset_id: str | None, base: str | None, as_json: bool
) -> Exit:
    """Save the settings of FILE (JSON or TOML) as a new version of a preset.

    Settings that the file leaves out are those of the base, else of the newest version, else of the default preset.
    """
    stated = {name: value for name, value in _read(file).items() if name not in GIVEN_BY_THE_LEDGER}
    given = {name: value for name, value in (("id", preset_id), ("base", base)) if value is not None}
    document = surroundings.api().save_preset({**stated, **given})
    if as_json:
        print_json(document)
    else:
        click.echo(f"The newest version is {document['preset']}.")
    return Exit.OK


@presets.command("choose")
@click.argument("preset", metavar="PRESET")
@project_option
@json_option
@pass_surroundings
def choose_preset(surroundings: Surroundings, preset: str, project: str, as_json: bool) -> Exit:
    """Calculate the imports of a project from now on with PRESET: ID for its newest version, or ID@VERSION."""
    api = surroundings.api()
    document = api.choose_preset(api.project(project)["project_id"], preset)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Project {document['name']} uses {document['preset']}. {document['notice']}")
        words = shlex.join(["recalculate", "--project", document["name"]])
        click.echo(f"See what they would come to with: {surroundings.command} {harmless(words)}")
    return Exit.OK


def _read(file: Path) -> dict[str, Any]:
    """The settings in a file. Raises Refused."""
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused({"code": "file-unreadable", "detail": f"{file} cannot be read: {error}."}) from None
    try:
        settings = tomllib.loads(content) if file.suffix.lower() == ".toml" else json.loads(content)
    except ValueError as error:  # TOMLDecodeError and JSONDecodeError are kinds of it
        form = "TOML" if file.suffix.lower() == ".toml" else "JSON"
        raise Refused({"code": "file-unreadable", "detail": f"{file} is not {form}: {error}."}) from None
    if not isinstance(settings, dict):
        raise Refused({"code": "file-unreadable", "detail": f"{file} holds no table of settings."})
    return settings
