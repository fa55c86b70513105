"""Entries that somebody states by hand, as the table and the mapping by which an import reads them.

So they are claims of a source like all others: counted in a receipt, taken back by undoing their import, and part of
every version and rebuild of their days.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from gramledger.core import limits
from gramledger.core.imports import MANUAL
from gramledger.core.instants import read_instant
from gramledger.core.iso import iso
from gramledger.core.mapping import Template
from gramledger.core.members import Members
from gramledger.core.options import Options
from gramledger.core.problems import InvalidRequest

Kind = Literal["usage", "readings"]

TEXT_CHARACTERS = 200
NOTE_CHARACTERS = 1000
DECIMALS = 9

_TOKENS = ("input", "cache_write", "cache_read", "output")
USAGE = ("ts", "model", *_TOKENS, "requests", "user", "cost", "currency", "id", "note")
"""What an entry of usage may state: `ts`, `model` and `output` at least."""
READING = ("ts", "meter", "kwh", "minutes", "estimated", "note")
"""What a meter reading may state: all but `estimated` and `note`."""

_COLUMNS: dict[Kind, dict[str, str]] = {
    "usage": {"time": "ts", **{name: name for name in USAGE if name not in ("ts", "note")}},
    "readings": {"time": "ts", "meter": "meter", "reading": "kwh", "period": "minutes", "flag": "flag"},
}
"""Field -> column of the table."""


@dataclass(frozen=True, slots=True)
class Manual:
    """What a request states: the bytes of a table, and how it is read."""

    content: bytes
    options: Options


def read_manual(form: object, source: str) -> Manual:
    """The entries of a request's body: `{"entries": [...]}` with `on_conflict` (skip or update) if one likes. `source`
    is the import that they are going to be; an entry without an `id` of its own gets one of it.

    Raises InvalidRequest, naming the entry and its member. All entries are of one kind: usage, or readings.
    """
    stated = Members(
        form, what="request", known=("entries", "on_conflict"), called="'{member}' of the {what}"
    )
    entries = form.get("entries") if isinstance(form, Mapping) else None
    if not isinstance(entries, list) or not 1 <= len(entries) <= limits.MANUAL_ENTRIES:
        raise stated.refusal("entries", f"a list of 1 to {limits.MANUAL_ENTRIES:,} entries")
    conflict = stated.one_of("on_conflict", ("skip", "update")) if stated.has("on_conflict") else "skip"
    kinds = {_kind_of(entry) for entry in entries}
    if len(kinds) > 1:
        raise InvalidRequest(
            "The entries are of two kinds: usage with a 'model', and readings with a 'meter'. Send a request for each."
        )
    kind = kinds.pop()
    rows = [
        _ROWS[kind](_members(entry, kind, number), f"{source}/{number}")
        for number, entry in enumerate(entries, start=1)
    ]
    template = Template(kind, columns=dict(_COLUMNS[kind]), dates="iso", decimal=".")
    options = Options(mapping=template.to_json(), on_conflict="update" if conflict == "update" else "skip")
    return Manual(_table(rows), options)


def _members(entry: object, kind: Kind, number: int) -> Members:
    if not isinstance(entry, Mapping):
        raise InvalidRequest(f"Entry {number} must be a JSON object with {', '.join(_KNOWN[kind])}.")
    return Members(entry, what=f"entry {number}", known=_KNOWN[kind], called="'{member}' of {what}")


def _kind_of(entry: object) -> Kind:
    return "readings" if isinstance(entry, Mapping) and ("meter" in entry or "kwh" in entry) else "usage"


def _usage(entry: Members, own: str) -> dict[str, str]:
    tokens = {
        name: str(entry.whole(name, 0, limits.TOKENS_MAXIMUM) if name == "output" or entry.has(name) else 0)
        for name in _TOKENS
    }
    requests = entry.whole("requests", 0, limits.TOKENS_MAXIMUM) if entry.has("requests") else 1
    return {
        "ts": _instant(entry),
        "model": _text(entry, "model"),
        **tokens,
        "requests": str(requests),
        "user": _text(entry, "user") if entry.has("user") else "",
        "cost": entry.exact("cost", limits.COST_MAXIMUM, DECIMALS) if entry.has("cost") else "",
        "currency": _currency(entry) if entry.has("currency") else "",
        "id": f"{MANUAL}/{_text(entry, 'id') if entry.has('id') else own}",
        **_note(entry),
    }


def _reading(entry: Members, _own: str) -> dict[str, str]:
    estimated = entry.flag("estimated") if entry.has("estimated") else False
    return {
        "ts": _instant(entry),
        "meter": _text(entry, "meter"),
        "kwh": entry.exact("kwh", limits.READING_MAXIMUM_KWH, DECIMALS),
        "minutes": str(entry.whole("minutes", 1, 1440)),
        "flag": "estimated" if estimated else "actual",
        **_note(entry),
    }


_KNOWN: dict[Kind, tuple[str, ...]] = {"usage": USAGE, "readings": READING}
_ROWS: dict[Kind, Callable[[Members, str], dict[str, str]]] = {"usage": _usage, "readings": _reading}


def _instant(entry: Members) -> str:
    expected = "an instant with its zone, such as 2026-01-31T12:00:00Z: when it was, or its period begins"
    if not entry.has("ts"):
        raise entry.refusal("ts", expected)
    found = read_instant(entry.text("ts"))
    if found.code:
        raise entry.refusal("ts", expected)
    return iso(found.ms)


def _text(entry: Members, name: str, most: int = TEXT_CHARACTERS) -> str:
    text = " ".join(entry.text(name).split()) if entry.has(name) else ""
    if not text or len(text) > most or not text.isprintable():
        raise entry.refusal(name, f"a text of 1 to {most:,} printable characters")
    return text


def _currency(entry: Members) -> str:
    text = entry.text("currency").strip().upper()
    if len(text) != 3 or not text.isascii() or not text.isalpha():
        raise entry.refusal("currency", "the three letters of a currency, such as EUR")
    return text


def _note(entry: Members) -> dict[str, str]:
    return {"note": _text(entry, "note", NOTE_CHARACTERS) if entry.has("note") else ""}


def _table(rows: Sequence[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
