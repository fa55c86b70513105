"""What may be asked of a recalculation, as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from gramledger.core import limits
from gramledger.core.instants import read_instant
from gramledger.core.problems import InvalidRequest

QUALITIES = ("exact", "derived", "family", "unknown", "measured")
STATUSES = ("ok", "needs_recalculation", "not_applicable")

_MEMBERS = ("preset", "from", "to", "models", "entries", "quality", "status", "confirm")


@dataclass(frozen=True, slots=True)
class RecalculationRequest:
    """What is asked: by which preset (None: the project's), and which entries. All that is stated holds together."""

    preset: str | None = None
    first: str | None = None
    last: str | None = None
    models: tuple[str | None, ...] | None = None
    entries: tuple[tuple[int, str], ...] | None = None
    quality: frozenset[str] | None = None
    status: frozenset[str] | None = None
    confirm: Literal["auto", "manual"] = "manual"

    @property
    def filtered(self) -> bool:
        """Whether entries are asked for by what is known of their figures now."""
        return self.quality is not None or self.status is not None

    def matches(self, quality: str | None, status: str | None) -> bool:
        """Whether entries of that quality and status are asked for."""
        return (self.quality is None or quality in self.quality) and (
            self.status is None or status in self.status
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object of what was stated."""
        stated = {
            "preset": self.preset,
            "from": self.first,
            "to": self.last,
            "models": None if self.models is None else list(self.models),
            "entries": None if self.entries is None else len(self.entries),
            "quality": None if self.quality is None else sorted(self.quality),
            "status": None if self.status is None else sorted(self.status),
        }
        return {name: value for name, value in stated.items() if value is not None}


def read_request(form: object) -> RecalculationRequest:
    """What a JSON object asks for; nothing at all is the whole project by its own preset. Raises InvalidRequest."""
    given = {} if form is None else form
    if not isinstance(given, dict) or not set(given) <= set(_MEMBERS):
        raise InvalidRequest(f"The body must be a JSON object with any of {', '.join(_MEMBERS)}.")
    stated = {name: value for name, value in given.items() if value is not None}
    first, last = _day(stated, "from"), _day(stated, "to")
    if first is not None and last is not None and first > last:
        raise InvalidRequest(f"'from' ({first}) must not be after 'to' ({last}).")
    confirm = stated.get("confirm", "manual")
    if confirm not in ("auto", "manual"):
        raise InvalidRequest("'confirm' must be 'manual' or 'auto'.")
    return RecalculationRequest(
        _preset(stated),
        first,
        last,
        _models(stated),
        _entries(stated),
        _choice(stated, "quality", QUALITIES),
        _choice(stated, "status", STATUSES),
        confirm,
    )


def _preset(stated: dict[str, Any]) -> str | None:
    preset = stated.get("preset")
    if preset is not None and not isinstance(preset, str):
        raise InvalidRequest("'preset' must name a preset, such as default or default@1.")
    return preset


def _day(stated: dict[str, Any], name: str) -> str | None:
    if name not in stated:
        return None
    try:
        return date.fromisoformat(stated[name]).isoformat()
    except (TypeError, ValueError):
        raise InvalidRequest(f"'{name}' must be a day such as 2025-09-17.") from None


def _models(stated: dict[str, Any]) -> tuple[str | None, ...] | None:
    if "models" not in stated:
        return None
    names = stated["models"]
    if not isinstance(names, list) or not names or not all(isinstance(name, str | None) for name in names):
        raise InvalidRequest(
            "'models' must be a list of names as they are written in the entries, and null for those that name none."
        )
    if len(names) > limits.RECALCULATED_NAMES:
        raise InvalidRequest(f"'models' may have {limits.RECALCULATED_NAMES} names; these are {len(names)}.")
    return tuple(sorted(set(names), key=lambda name: (name is None, name or "")))


def _entries(stated: dict[str, Any]) -> tuple[tuple[int, str], ...] | None:
    if "entries" not in stated:
        return None
    entries = stated["entries"]
    if not isinstance(entries, list) or not entries:
        raise InvalidRequest("'entries' must be a list of objects with 'ts' and 'key', as entries are shown.")
    if len(entries) > limits.RECALCULATED_ENTRIES:
        raise InvalidRequest(
            f"'entries' may have {limits.RECALCULATED_ENTRIES} entries; these are {len(entries)}. Select by days or "
            "models instead."
        )
    return tuple(sorted({_entry(entry) for entry in entries}))


def _entry(entry: object) -> tuple[int, str]:
    if isinstance(entry, dict) and set(entry) == {"ts", "key"} and isinstance(entry["key"], str):
        instant = read_instant(entry["ts"]) if isinstance(entry["ts"], str) else None
        if instant is not None and instant.code is None and instant.exact:
            return instant.ms, entry["key"]
    raise InvalidRequest("Each of 'entries' must have a 'ts' such as 2025-09-17T08:00:00.000Z, and a 'key'.")


def _choice(stated: dict[str, Any], name: str, known: tuple[str, ...]) -> frozenset[str] | None:
    if name not in stated:
        return None
    chosen = stated[name]
    if not isinstance(chosen, list) or not chosen or not set(map(str, chosen)) <= set(known):
        raise InvalidRequest(f"'{name}' must be a list of any of {', '.join(known)}.")
    return frozenset(map(str, chosen))
