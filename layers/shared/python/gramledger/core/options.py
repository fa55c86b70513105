"""What somebody says of a file beyond its bytes: the options of an import, kept in its record.

They are given with the announcement of the file, and may be corrected when its plan is confirmed. Members are read
one by one; a member that is absent or null has its default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal

from gramledger.core import limits
from gramledger.core.columns import known_formats
from gramledger.core.conditions import Filters
from gramledger.core.edits import parse_edits
from gramledger.core.mapping import Template, check_name
from gramledger.core.plain import plain
from gramledger.core.problems import InvalidRequest
from gramledger.core.terms import STRATEGIES, Strategy
from gramledger.core.zone_name import read_zone

Mode = Literal["append", "replace"]
ACCOUNT_CHARACTERS = 100


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
    on_conflict: Strategy = "skip"
    """What becomes of a row that says something else than the entry of its event: the entry stays (`skip`), gives way
    (`update`), or the whole import fails (`fail`)."""
    mode: Mode = "append"
    """Whether the import adds to what is there, or replaces it in a window of days."""
    window: dict[str, str] | None = None
    """The UTC days {from, to} (inclusive) that are replaced; else those from the file's first to its last."""
    account: str | None = None
    """The account at the provider that the file is of: a replacement that names one leaves other accounts alone."""

    def __post_init__(self) -> None:
        """Raise InvalidRequest where members contradict each other."""
        if self.window is not None and self.mode != "replace":
            raise InvalidRequest("A 'window' is for the mode 'replace'.")
        if self.mode == "replace" and self.on_conflict == "fail":
            raise InvalidRequest(
                "An import that replaces cannot fail where rows differ. Leave out 'on_conflict', or the 'mode'."
            )

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return plain(self)

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


def _on_conflict(value: object) -> Strategy:
    for strategy in STRATEGIES:
        if value == strategy:
            return strategy
    raise InvalidRequest(f"'on_conflict' must be one of {', '.join(STRATEGIES)}.")


def _mode(value: object) -> Mode:
    if value == "append":
        return "append"
    if value == "replace":
        return "replace"
    raise InvalidRequest("'mode' must be 'append' or 'replace'.")


def _window(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        raise InvalidRequest("The 'window' must be a JSON object with 'from' and 'to', both YYYY-MM-DD.")
    first, last = (_day(name, value[name]) for name in ("from", "to"))
    if first > last:
        raise InvalidRequest(f"The 'window' begins on {first} and ends on {last}. Exchange them.")
    days = (last - first).days + 1
    if days > limits.DAYS_PER_IMPORT:
        raise InvalidRequest(
            f"The 'window' has {days:,} days; an import may touch {limits.DAYS_PER_IMPORT:,}. Split it."
        )
    return {"from": first.isoformat(), "to": last.isoformat()}


def _day(name: str, value: object) -> date:
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise InvalidRequest(f"'{name}' of the 'window' must be a day such as 2025-11-06; it is {value!r}.")
    return day


def _account(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text.isprintable() or not 1 <= len(text) <= ACCOUNT_CHARACTERS:
        raise InvalidRequest(
            f"The 'account' must be a text of 1 to {ACCOUNT_CHARACTERS} printable characters."
        )
    return text


_READERS: dict[str, Callable[[object], Any]] = {
    "format": _format,
    "mapping": _mapping,
    "zone": read_zone,
    "filters": _filters,
    "edits": _edits,
    "allow_drift": _allow_drift,
    "on_conflict": _on_conflict,
    "mode": _mode,
    "window": _window,
    "account": _account,
}

MEMBERS = tuple(member.name for member in fields(Options))
"""The names of all options."""
