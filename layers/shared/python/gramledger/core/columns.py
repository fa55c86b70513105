"""From the names in a header to the fields of a format, by name and never by position."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from gramledger.core.problems import FormatUnknown


@lru_cache(maxsize=4096)
def comparable(name: str) -> str:
    """A header name as it is compared: its letters and digits, of any script, in lower case."""
    return re.sub(r"[\W_]", "", name.lower())


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    text = resources.files("gramledger.core").joinpath("data/columns.toml").read_text("utf-8")
    return tomllib.loads(text)


def known_formats() -> tuple[str, ...]:
    """The names of all formats."""
    return tuple(_tables())


def written_names(file_format: str) -> dict[str, list[str]]:
    """Field -> the names that exports give its column, from `core/data/columns.toml`."""
    return _tables()[file_format]


@cache
def aliases(file_format: str) -> dict[str, str]:
    """Comparable name -> field."""
    return {comparable(name): field for field, names in written_names(file_format).items() for name in names}


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which column holds which field, and the columns that hold none."""

    fields: dict[str, int]
    unmapped: list[int]


def map_columns(header: list[str], file_format: str) -> Mapping:
    """Map a header. Raises FormatUnknown when two columns claim one field (which one is meant is not guessed)."""
    known = aliases(file_format)
    fields: dict[str, int] = {}
    unmapped: list[int] = []
    for index, name in enumerate(header):
        field = known.get(comparable(name))
        if field is None:
            unmapped.append(index)
        elif field in fields:
            raise FormatUnknown(
                f"Columns {fields[field] + 1} ({header[fields[field]]!r}) and {index + 1} ({name!r}) mean the "
                "same. Remove or rename one of them and upload the file again.",
                columns=[fields[field] + 1, index + 1],
            )
        else:
            fields[field] = index
    return Mapping(fields, unmapped)
