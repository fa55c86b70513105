"""What is said of files beyond their bytes: options of `import`, `inspect` and `imports confirm`."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from gramledger_cli.api import Document
from gramledger_cli.commands.conflicting import conflict_options
from gramledger_cli.commands.filtering import filter_option


def reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--map`, `--format`, `--zone`, `--filter` and the options of conflicts, given to the command together as
    `said`: members of an announcement."""

    @conflict_options
    @wraps(command)
    def saying(
        *given: Any,
        mapping: str | None,
        file_format: str | None,
        zone: str | None,
        filters: Document | None,
        asked: Document,
        **others: Any,
    ) -> Any:
        said = {"mapping": _mapping(mapping), "format": file_format, "zone": zone, "filters": filters}
        stated = {name: value for name, value in said.items() if value is not None}
        return command(*given, said={**stated, **asked}, **others)

    for option in (
        filter_option,
        click.option("--zone", metavar="ZONE", help="Time zone of times that state none, as Europe/London."),
        click.option(
            "--format", "file_format", metavar="NAME", help="The files' format, whatever they look like."
        ),
        click.option(
            "--map",
            "mapping",
            metavar="FILE|NAME",
            help="Which column means what: a mapping (JSON), or the name of a saved one.",
        ),
    ):
        saying = option(saying)
    return saying


def _mapping(given: str | None) -> Document | str | None:
    """The name of a saved mapping, or what a file holds; a file ends with .json or has a folder in its path."""
    if given is None or not (given.endswith(".json") or Path(given).name != given):
        return given
    return read_mapping(Path(given))


def read_mapping(file: Path) -> Document:
    """The JSON object of a file. Raises UsageError."""
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as trouble:
        raise click.UsageError(f"{file} cannot be read: {trouble.strerror}.") from None
    except ValueError:
        raise click.UsageError(f"{file} holds no JSON.") from None
    if not isinstance(document, dict):
        raise click.UsageError(f"{file} holds no JSON object.")
    return document
