"""A proposal which columns of an unknown table are usage, from their names and the values below them.

A proposal is never imported by itself. A column is certain when its name is one that `core/data/columns.toml` lists
and its first values are what the field holds; it is likely when its name only contains such a name. What the names
leave open is asked for, unless the first rows settle it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from gramledger.core.columns import comparable, written_names
from gramledger.core.date_forms import detect_form
from gramledger.core.formats import generic_usage
from gramledger.core.money import read_amount
from gramledger.core.problems import DatesAmbiguous, DatesUnreadable
from gramledger.core.typed import COUNTS, CellKind

CONTAINED_CHARACTERS = 8
"""Shorter names are found in too many others: `tokens` is in `max tokens`, `id` in `provider`."""

_WHOLE = re.compile(r"[0-9]{1,13}(?:\.0*)?|[0-9]{1,3}(?:,[0-9]{3})+")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?(?: ?[AaPp]\.?[Mm]\.?)?")
_PROPOSED = [name for name in generic_usage.FIELDS if name not in ("date", "clock")]
_LETTER = re.compile(r"[^\W\d_]")
_TOKENS = ("input", "whole_input", "cache_write", "cache_read", "output", "total")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which column may be which field."""

    fields: dict[str, int]
    """Field -> column index."""
    doubts: dict[str, str] = field(default_factory=dict)
    """Field -> why its column is not certain."""
    questions: tuple[str, ...] = ()
    """What has to be said before the file can be imported, in sentences."""

    @property
    def certain(self) -> bool:
        """Whether the table certainly states usage: when, of how many tokens or of which model at which cost."""
        sure = self.fields.keys() - self.doubts.keys()
        measured = sure & {*_TOKENS} or {"cost", "model"} <= sure
        return bool(sure & {"time", "date"}) and bool(measured) and not self.questions


def propose_usage(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Proposal:
    """The proposal for a table; `rows` are the cells of its first rows, all as wide as the header."""
    columns = [[text for row in rows if (text := row[index].strip())] for index in range(len(header))]
    names = [comparable(name) for name in header]
    fields: dict[str, int] = {}
    doubts: dict[str, str] = {}
    for name in _PROPOSED:
        found = [names.index(alias) for alias in _names_of(name) if alias in names]
        index = next((index for index in found if _holds(name, columns[index])), None)
        if index is not None:
            fields[name] = index
    for name in _PROPOSED:
        if name in fields or name == "id":
            continue
        known = [alias for alias in _names_of(name) if len(alias) >= CONTAINED_CHARACTERS]
        for index in range(len(header)):
            contained = index not in fields.values() and any(alias in names[index] for alias in known)
            if contained and _holds(name, columns[index]):
                fields[name] = index
                doubts[name] = "only a part of the column's name is known"
                break
    _take_clock(fields, names, columns)
    return _with_meaning_of_input(Proposal(fields, doubts), rows)


def _names_of(name: str) -> list[str]:
    """The comparable names of a field, the best first."""
    return [comparable(written) for written in written_names(generic_usage.NAME)[name]]


def _take_clock(fields: dict[str, int], names: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Put a date and the clock beside it in the place of a time that is a date only."""
    if "time" not in fields or any(":" in text for text in columns[fields["time"]]):
        return
    known = _names_of("clock")
    for index, name in enumerate(names):
        shown = columns[index]
        if name in known and shown and all(map(_CLOCK.fullmatch, shown)) and index not in fields.values():
            fields["date"], fields["clock"] = fields.pop("time"), index
            return


def _holds(name: str, texts: Sequence[str]) -> bool:
    """Whether the values of a column are what a field holds; a column of blanks holds anything but times."""
    kind = generic_usage.FIELDS[name]
    if kind is CellKind.TIME:
        return _are_times(texts)
    if name == "id":
        return len(texts) > 0 and len({*texts}) == len(texts)
    return all(map(_SHAPES[kind], texts)) and (name != "model" or any(map(_LETTER.search, texts)))


def _are_times(texts: Sequence[str]) -> bool:
    try:
        detect_form(texts)
    except DatesUnreadable:
        return False
    except DatesAmbiguous:
        pass
    return True


def _is_amount(text: str) -> bool:
    amount = read_amount(text)
    return amount.readable and (amount.nano or 0) >= 0


def _is_whole(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None


_SHAPES: dict[CellKind, Callable[[str], bool]] = {
    **dict.fromkeys(COUNTS, _is_whole),
    CellKind.MONEY: _is_amount,
    CellKind.TEXT: lambda _text: True,
}


def _with_meaning_of_input(proposal: Proposal, rows: Sequence[Sequence[str]]) -> Proposal:
    """The proposal with `input` or `whole_input`, as the rows prove it: do the input tokens count the cached ones?"""
    fields = proposal.fields
    cached = [name for name in ("cache_read", "cache_write") if name in fields]
    if "input" not in fields or not cached:
        return proposal
    inside = _cached_are_inside(fields, cached, rows)
    if inside is None:
        question = (
            "Do the input tokens count those that were read from or written to the cache? If so map the column as "
            "'whole_input', else as 'input'."
        )
        return Proposal(fields, proposal.doubts, (question,))
    if not inside:
        return proposal
    renamed = {("whole_input" if name == "input" else name): index for name, index in fields.items()}
    doubts = {("whole_input" if name == "input" else name): why for name, why in proposal.doubts.items()}
    return Proposal(renamed, doubts)


def _cached_are_inside(
    fields: dict[str, int], cached: Iterable[str], rows: Sequence[Sequence[str]]
) -> bool | None:
    """Whether the input counts the cached tokens; None where no row proves it, or rows contradict each other."""
    verdicts: set[bool | None] = set()
    for row in rows:
        numbers = {name: _number(row[index]) for name, index in fields.items() if name in _TOKENS}
        from_cache = sum(numbers[name] for name in cached)
        if not from_cache:
            continue
        if numbers["input"] < from_cache:
            verdicts.add(False)
        elif "total" in numbers and "output" in numbers:
            rest = numbers["total"] - numbers["input"] - numbers["output"]
            verdicts |= {0: {True}, from_cache: {False}}.get(rest, {None})
    return verdicts.pop() if len(verdicts) == 1 else None


def _number(text: str) -> int:
    digits = text.strip().replace(",", "").partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
