"""Projects: a ledger of their own within a tenant."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from gramledger.core.aliases import merged, read_aliases
from gramledger.core.conditions import Rules
from gramledger.core.identities import read_identities
from gramledger.core.problems import InvalidRequest
from gramledger.core.zone_name import read_zone

NAME_CHARACTERS = 100
HISTORY_DAYS = 36_500

Recalculate = Literal["never", "propose", "run"]
RECALCULATE: tuple[Recalculate, ...] = ("never", "propose", "run")


@dataclass(frozen=True, slots=True)
class ProjectSettings:
    """What holds for all imports of a project."""

    zone: str | None = None
    """The time zone (IANA name) of times that state none, where the import names none."""
    rules: dict[str, Any] = field(default_factory=dict)
    """What rows must be like (`core.conditions.Rules`), as JSON."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Names in exports, and the "provider/model" that each means; they go before those of the preset."""
    history_days: int | None = None
    """For how many days entries that were replaced or taken back are kept; None: for ever."""
    identity: dict[str, str] = field(default_factory=dict)
    """What tells the rows of a format apart (`core.identities`), where it is not the format's own rule."""
    recalculate: Recalculate = "never"
    """What happens by itself when figures are calculated in another way from now on (another preset, other factors,
    prices or meanings of names): nothing, a recalculation is planned, or carried out too."""

    def changed(self, form: object) -> ProjectSettings:
        """The settings with the members of a JSON object instead; null takes one back.

        Aliases that the object does not name stay. Raises InvalidRequest.
        """
        if not isinstance(form, dict) or not set(form) <= set(_SETTINGS):
            raise InvalidRequest(f"The 'settings' must be a JSON object with any of {', '.join(_SETTINGS)}.")
        defaults = ProjectSettings()
        members = {
            name: getattr(defaults, name) if value is None else _SETTINGS[name](value)
            for name, value in form.items()
        }
        if form.get("aliases") is not None:
            members["aliases"] = merged(self.aliases, members["aliases"])
        return replace(self, **members)


def _rules(value: object) -> dict[str, Any]:
    return Rules.parse(value).to_json()


def _history_days(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= HISTORY_DAYS:
        raise InvalidRequest(
            f"'history_days' must be a number of days from 1 to {HISTORY_DAYS:,}, or null for ever."
        )
    return value


def _recalculate(value: object) -> Recalculate:
    for chosen in RECALCULATE:
        if value == chosen:
            return chosen
    raise InvalidRequest(f"'recalculate' must be one of {', '.join(RECALCULATE)}; it is {value!r}.")


_SETTINGS: dict[str, Callable[[object], Any]] = {
    "zone": read_zone,
    "aliases": read_aliases,
    "rules": _rules,
    "history_days": _history_days,
    "identity": read_identities,
    "recalculate": _recalculate,
}


@dataclass(frozen=True, slots=True)
class Project:
    """One project; `preset` names the settings by which its entries are calculated; instants are ms UTC."""

    tenant: str
    project_id: str
    name: str
    preset: str
    created_at: int
    created_by: str
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    revision: int = 0
    """How often it was changed."""
    changed_at: int | None = None
    """When it was changed last, never before the change before; None where it never was."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Project:
        """The record of a JSON object that `to_json` gave."""
        return Project(**{**form, "settings": ProjectSettings(**form.get("settings", {}))})


def clean_name(name: object) -> str:
    """The name as it is kept: trimmed, in Unicode's composed form. Raises InvalidRequest."""
    if not isinstance(name, str):
        raise InvalidRequest("A project needs a 'name', a text of 1 to 100 characters.")
    cleaned = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 1 <= len(cleaned) <= NAME_CHARACTERS or not cleaned.isprintable():
        raise InvalidRequest(
            f"The project's name has {len(cleaned)} characters; it may have 1 to {NAME_CHARACTERS} printable ones."
        )
    return cleaned


def name_key(name: str) -> str:
    """What two names must differ in: letter case and spacing do not count."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
