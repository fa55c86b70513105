"""What somebody says of a file beyond its bytes: the options of an import, kept in its record.

They are given with the announcement of the file, and may be corrected when its plan is confirmed. Members are read
one by one; a member that is absent or null has its default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from gramledger.core.columns import known_formats
from gramledger.core.conditions import Filters
from gramledger.core.edits import parse_edits
from gramledger.core.mapping import Template, check_name
from gramledger.core.problems import InvalidRequest
from gramledger.core.zone_name import read_zone


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is to be read and what of it is to be imported."""

    format: str | None = None
    """The format of that name, whatever the header would be taken for."""
    mapping: dict[str, Any] | str | None = None
    """Which column is which field (`core.mapping`), as JSON, or the name of a saved mapping."""
    zone: str | None = None
    """The time zone (IANA name) of times that state none; else the project's."""
    filters: dict[str, Any] = field(default_factory=dict)
    """Which rows are imported (`core.conditions.Filters`), as JSON."""
    edits: list[dict[str, Any]] = field(default_factory=list)
    """New texts of single cells (`core.edits`), as JSON."""
    allow_drift: bool = False
    """Whether columns may hold what others used to hold (`core.drift`)."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Options:
        """The options of a JSON object that `to_json` gave."""
        return Options(**form)

    def changed(self, form: object) -> Options:
        """The options with the members of a request's body instead. Raises InvalidRequest."""
        if not isinstance(form, dict):
            raise InvalidRequest("The body must be a JSON object.")
        unknown = sorted(set(form) - set(MEMBERS))
        if unknown:
            raise InvalidRequest(
                f"Unknown member '{unknown[0]}'. Allowed are {', '.join(MEMBERS)}.", unknown=unknown
            )
        return replace(self, **read_members(form))


def read_members(form: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request's body that are options. Raises InvalidRequest where one is not fit."""
    defaults = Options()
    return {
        name: getattr(defaults, name) if form[name] is None else _READERS[name](form[name])
        for name in MEMBERS
        if name in form
    }


def _format(value: object) -> str:
    if isinstance(value, str) and value in known_formats():
        return value
    raise InvalidRequest(f"There is no format {value!r}. Choose one of {', '.join(known_formats())}.")


def _mapping(value: object) -> dict[str, Any] | str:
    if isinstance(value, str):
        return check_name(value)
    return Template.parse(value).to_json()


def _filters(value: object) -> dict[str, Any]:
    return Filters.parse(value).to_json()


def _edits(value: object) -> list[dict[str, Any]]:
    return [edit.to_json() for edit in parse_edits(value)]


def _allow_drift(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidRequest("'allow_drift' must be true or false.")


_READERS: dict[str, Callable[[object], Any]] = {
    "format": _format,
    "mapping": _mapping,
    "zone": read_zone,
    "filters": _filters,
    "edits": _edits,
    "allow_drift": _allow_drift,
}

MEMBERS = tuple(member.name for member in fields(Options))
"""The names of all options."""
