"""The catalogue of file formats: what each one's columns are called and mean, and an example of it."""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources
from typing import Any

from gramledger.core.columns import map_columns, written_names
from gramledger.core.formats import PROFILES
from gramledger.core.formats.profile import Profile
from gramledger.core.problems import NotFound, Problem


@cache
def formats() -> tuple[dict[str, Any], ...]:
    """All formats, each {name, title, variants, identities, columns: [{field, names, kind, required}]}."""
    return tuple(_described(profile) for profile in PROFILES.values())


def example(name: str) -> str:
    """A small file of a format (CSV text). Raises NotFound."""
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise NotFound(f"There is no format '{name}'. Choose one of {known}.", format=name)
    return resources.files("gramledger.core").joinpath(f"data/examples/{name}.csv").read_text("utf-8")


def _described(profile: Profile) -> dict[str, Any]:
    required = _required(profile)
    return {
        "name": profile.name,
        "title": profile.title,
        "variants": list(profile.variants),
        "identities": list(profile.identities),
        "columns": [
            {
                "field": field,
                "names": names,
                "kind": profile.fields[field].value,
                "required": field in required,
            }
            for field, names in written_names(profile.name).items()
        ],
    }


def _required(profile: Profile) -> set[str]:
    """The fields without whose column the format's example would not be that format.

    Asked of the format itself, so the answer cannot differ from what an import does.
    """
    header = next(csv.reader([example(profile.name).partition("\n")[0]]))
    mapping = profile.map_header(header) if profile.map_header else map_columns(header, profile.name)
    return {
        unnumbered(field)
        for field, index in mapping.fields.items()
        if not _is_whole(profile, header[:index] + header[index + 1 :])
    }


def unnumbered(field: str) -> str:
    """`reading` for `reading_7`: columns of the same kind, side by side, are listed once."""
    return re.sub(r"_[0-9]+$", "", field)


def _is_whole(profile: Profile, header: list[str]) -> bool:
    """Whether a header can be imported with its usage."""
    try:
        if profile.complete is not None:
            profile.complete(map_columns(header, profile.name).fields)
            return True
        return profile.variant(header) is not None
    except Problem:
        return False
