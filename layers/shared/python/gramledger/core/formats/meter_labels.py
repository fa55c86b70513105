"""The columns of half hours in a header, whatever they are called: which column is which period of the day.

Seen in feeds: `HH1`, `HH01`, `hh01`, `P1`, `kWh_1`, `interval_1`, `1`; the time at which a period starts or ends:
`00:00`, `[00:30]`, `H0030`, `hr0030`, `24:00`, `2400`, `00:00 - 00:30`. A column beside a period's or a second one of
the same name holds its flag. So periods are found by the place of their column, never by looking up a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from gramledger.core.columns import comparable
from gramledger.core.problems import FormatUnknown

FEWEST, ORDINARY, MOST = 46, 48, 50
"""How many half-hour columns a header may have: a clock goes on or back by an hour."""

_PREFIX = (
    r"(?:kwh|hh|hr|h|p|sp|t|time|period|settlementperiod|interval|halfhour|reading|value|consumption|usage)?"
)
_UNIT = r"(?:kwh|wh|mwh)?"
_FLAG = r"(?:flag|status|type|ae|quality|estimated|estimate|est|actualestimated|readingtype)"
_NUMBER = re.compile(rf"{_PREFIX}0*(?P<number>[1-9]\d?)(?P<unit>{_UNIT})(?P<flag>{_FLAG})?")
_TIME = re.compile(rf"{_PREFIX}(?P<hour>[01]\d|2[0-4])(?P<minute>[03]0)(?P<unit>{_UNIT})(?P<flag>{_FLAG})?")
_CLOCK = re.compile(r"[\[(]?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::00)?\s*[\])]?")
_SPAN = re.compile(
    r"[\[(]?(?P<from>\d{1,2}:\d{2})(?::00)?\s*(?:-|\u2013|to)\s*(?P<to>\d{1,2}:\d{2})(?::00)?[\])]?"
)
_BESIDE = re.compile(rf"{_FLAG}\d*")

_DAY = 1440
_HALF_HOUR = 30


@dataclass(frozen=True, slots=True)
class Periods:
    """The columns (indices) of the half hours of a day in their order, and of their flags (none, or as many)."""

    values: list[int]
    flags: list[int | None]


@dataclass(frozen=True, slots=True)
class _Label:
    """What the name of one column says."""

    column: int
    number: int | None = None
    """Of the period, from 1."""
    minute: int | None = None
    """Of the day, at which the period starts or ends."""
    starts: bool = False
    """Whether the minute is certainly that of the start."""
    flag: bool = False


def periods_of(header: Sequence[str]) -> Periods | None:
    """The half-hour columns of a header; None when it has too few to be one of half hours.

    Raises FormatUnknown where it is one, but which column is which period is not certain.
    """
    numbered = [label for label in map(_numbered, range(len(header)), header) if label]
    timed = [label for label in map(_timed, range(len(header)), header) if label]
    labels = max((numbered, timed), key=lambda found: sum(not label.flag for label in found))
    values = _firsts(labels)
    if len(values) < FEWEST:
        return None
    ordered = _by_number(values) if labels is numbered else _by_time(values)
    return Periods([label.column for label in ordered], _flags(header, ordered, labels))


def _numbered(column: int, name: str) -> _Label | None:
    match = _NUMBER.fullmatch(comparable(name))
    if match is None or int(match["number"]) > MOST:
        return None
    return _Label(column, number=int(match["number"]), flag=match["flag"] is not None)


def _timed(column: int, name: str) -> _Label | None:
    span = _SPAN.fullmatch(name.strip())
    if span:
        start, end = (_minute(*span[part].split(":")) for part in ("from", "to"))
        if (end - start) % _DAY == _HALF_HOUR:
            return _Label(column, minute=start, starts=True)
        return None
    match = _TIME.fullmatch(comparable(name)) or _CLOCK.fullmatch(name.strip())
    if match is None:
        return None
    minute = _minute(match["hour"], match["minute"])
    if minute % _HALF_HOUR or minute > _DAY:
        return None
    return _Label(column, minute=minute, flag=match.groupdict().get("flag") is not None)


def _minute(hour: str, minute: str) -> int:
    return 60 * int(hour) + int(minute)


def _firsts(labels: Sequence[_Label]) -> list[_Label]:
    """The first column of each period."""
    found: dict[tuple[int | None, int | None], _Label] = {}
    for label in labels:
        if not label.flag:
            found.setdefault((label.number, label.minute), label)
    return list(found.values())


def _by_number(values: list[_Label]) -> list[_Label]:
    ordered = sorted(values, key=lambda label: label.number or 0)
    numbers = [label.number or 0 for label in ordered]
    last = next(count for count in (FEWEST, ORDINARY, MOST) if count >= numbers[-1])
    missing = sorted(set(range(1, last + 1)) - set(numbers))
    if missing:
        raise FormatUnknown(
            f"The header has columns of half hours, but none for the {'period' if len(missing) == 1 else 'periods'} "
            f"{', '.join(map(str, missing))}. Restore the header, and upload the file again.",
            missing=missing,
        )
    return ordered


def _by_time(values: list[_Label]) -> list[_Label]:
    """By the start of the period. Where midnight is the last column, the times are those at which periods end."""
    minutes = {label.minute for label in values}
    ends = _DAY in minutes or (values[-1].minute == 0 and not values[-1].starts)
    if 0 in minutes and not ends and values[0].minute != 0:
        raise FormatUnknown(
            "The half-hour columns are called by times, but '00:00' is neither the first nor the last of them: whether "
            "the times are those at which the half hours start or end is not certain. Put them in order.",
        )
    ordered = sorted(values, key=lambda label: ((label.minute or 0) - _HALF_HOUR * ends) % _DAY)
    missing = sorted(set(range(0, _DAY, _HALF_HOUR)) - {(label.minute or 0) % _DAY for label in values})
    if missing or len(ordered) != ORDINARY:
        times = [f"{minute // 60:02}:{minute % 60:02}" for minute in missing]
        raise FormatUnknown(
            f"The header has columns of half hours, but not one for each: missing is {', '.join(times) or 'none'}, and "
            f"there are {len(ordered)}. Restore the header, and upload the file again.",
            missing=times,
        )
    return ordered


def _flags(header: Sequence[str], values: list[_Label], labels: Sequence[_Label]) -> list[int | None]:
    """The column of each period's flag: of the same name once more, named after it, or a flag right beside it."""
    taken = {label.column for label in values}
    others: dict[tuple[int | None, int | None], list[int]] = {}
    for label in labels:
        if label.column not in taken:
            others.setdefault((label.number, label.minute), []).append(label.column)
    repeated = [columns for columns in others.values() if len(columns) > 1]
    if repeated:
        twice = repeated[0]
        raise FormatUnknown(
            f"The columns {twice[0] + 1} and {twice[1] + 1} are both called {header[twice[0]]!r}, and so is one before "
            "them: which holds the readings is not certain. Remove the others.",
            columns=[column + 1 for column in twice],
        )
    flags = [next(iter(others.get((label.number, label.minute), [])), None) for label in values]
    return flags if any(flag is not None for flag in flags) else _beside(header, values)


def _beside(header: Sequence[str], values: list[_Label]) -> list[int | None]:
    """The columns that follow a period's, where as many are called by a word for flags."""
    names = [comparable(name) for name in header]
    words = Counter(name.rstrip("0123456789") for name in names)
    flags: list[int | None] = []
    for label in values:
        following = label.column + 1
        name = names[following] if following < len(names) else ""
        fits = _BESIDE.fullmatch(name) and words[name.rstrip("0123456789")] >= len(values)
        flags.append(following if fits else None)
    return flags
