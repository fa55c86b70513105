"""The drift sentinel: does a file look like the ones of its format that the project has imported before?

Columns are mapped by name, so one that moved, was renamed or is new is only told. What no name shows is a column whose
cells are those of another one: two columns exchanged, or all shifted by one beneath a header that stayed. The cells are
then fine by themselves, and every number of the ledger would be wrong. So each column's statistics are compared with
its own history and with those of the others.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from gramledger.core.columns import comparable
from gramledger.core.shape import Column, Shape

COMMON_NAMES = 0.5
"""Files with fewer names in common are of different tools, though one mapping may serve both."""
REMEMBERED = 8
"""With how many earlier imports a file is compared."""
ROWS_NEEDED = 20
"""Statistics of fewer rows say nothing."""
FAR = 1.0
"""Beyond this distance a column is not like its own history: ten times as much at the quartiles, on average."""
NEAR = 0.6
"""Within this distance it is like the history of another one."""
APART = 0.4
"""Columns that were exchanged are at least so far from their own histories, beyond what these vary by..."""
GAIN = 1.2
"""... and both together so much nearer to each other's."""
_CHANGED_KIND = 3.0
"""The distance of numbers and text."""
_NEUTRAL = 0.8
"""The distance of a column without content from any other: neither like it nor unlike it."""
_NUMBERS, _WORDS = 0.8, 0.2

Histories = Mapping[str, Sequence[Column]]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column whose cells look like those that another one used to have."""

    column: str
    number: int
    field: str
    looks_like: str
    """The name of that other column."""
    found: list[float]
    """The quartiles of its numbers, if it has any."""
    usual: list[float]
    """What they were in the last import."""
    usual_there: list[float]
    """What those of the other column were."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Drift:
    """How a file differs from the last import of its format, and what is suspicious about it."""

    since: str
    """The import that it is compared with by name."""
    compared: int
    """With how many imports its statistics are compared."""
    moved: list[str] = field(default_factory=list)
    renamed: list[dict[str, str]] = field(default_factory=list)
    new: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    suspected: list[Suspect] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


def compare(shape: Shape, earlier: Sequence[Shape]) -> Drift | None:
    """The drift of a file since the earlier shapes of its format, newest first; None when none has such a header."""
    akin = [known for known in earlier if _common_names(shape, known) >= COMMON_NAMES]
    if not akin:
        return None
    last = akin[0]
    telling = [known for known in akin[:REMEMBERED] if known.rows >= ROWS_NEEDED]
    suspected: list[Suspect] = []
    if shape.rows >= ROWS_NEEDED and telling:
        histories = {
            key: [known.columns[key] for known in telling if key in known.columns] for key in shape.columns
        }
        suspected = _suspects(shape, {key: history for key, history in histories.items() if history})
    now, before = _names(shape), _names(last)
    renamed = [
        {"field": key, "before": last.columns[key].name, "now": column.name}
        for key, column in shape.columns.items()
        if key in last.columns and comparable(column.name) != comparable(last.columns[key].name)
    ]
    again = {comparable(name[side]) for name in renamed for side in ("before", "now")}
    return Drift(
        since=last.import_id,
        compared=len(telling),
        moved=[now[name] for name in _moved(list(before), list(now))],
        renamed=renamed,
        new=[written for name, written in now.items() if name not in before and name not in again],
        missing=[written for name, written in before.items() if name not in now and name not in again],
        suspected=suspected,
    )


def _common_names(one: Shape, other: Shape) -> float:
    """The share of the names of two headers that both have."""
    ours, theirs = _names(one).keys(), _names(other).keys()
    return len(ours & theirs) / len(ours | theirs)


def _names(shape: Shape) -> dict[str, str]:
    """Comparable name -> name as written."""
    return {comparable(name) or name: name for name in shape.header}


def _moved(before: list[str], now: list[str]) -> list[str]:
    """The fewest names that have to move for the common ones to stand in their former order."""
    places = {name: place for place, name in enumerate(before)}
    common = [name for name in now if name in places]
    ends: list[int] = []  # the last place of the best increasing run of each length
    runs: list[list[str]] = []
    for name in common:
        length = bisect_left(ends, places[name])
        run = [*(runs[length - 1] if length else []), name]
        ends[length : length + 1] = [places[name]]
        runs[length : length + 1] = [run]
    stay = set(runs[-1]) if runs else set()
    return [name for name in common if name not in stay]


def _suspects(shape: Shape, histories: Histories) -> list[Suspect]:
    """The columns that are as another one was: exchanged in pairs, or at least two neighbours shifted alike.

    One alone proves nothing, for usage changes. Two that changed places, or that moved on together, do not by chance.
    """
    own = {key: distance(shape.columns[key], history) for key, history in histories.items()}
    explained: list[dict[str, str]] = [
        {one: other, other: one}
        for one, other in combinations(histories, 2)
        if _exchanged(shape, histories, own, one, other)
    ]
    explained += _shifts(shape, histories, own)
    moved: dict[str, str] = {}
    for explanation in sorted(explained, key=len, reverse=True):  # the one that explains most comes first
        moved |= {key: like for key, like in explanation.items() if key not in moved}
    return [_suspect(shape, histories, key, like) for key, like in moved.items()]


def _exchanged(shape: Shape, histories: Histories, own: Mapping[str, float], one: str, other: str) -> bool:
    """Whether each of two columns is like the other's history, and both together are far from their own."""
    if not (_tells(shape, histories, one) and _tells(shape, histories, other)):
        return False
    if min(_beyond(histories, own, key) for key in (one, other)) < APART:
        return False
    crossed = [distance(shape.columns[a], histories[b]) for a, b in ((one, other), (other, one))]
    return max(crossed) <= NEAR and own[one] + own[other] - sum(crossed) >= GAIN


def _tells(shape: Shape, histories: Histories, key: str) -> bool:
    """Whether there is something in a column to know it by, now and before.

    A column of zeros is none: with another model, what was in one of them is in another one.
    """
    return not _silent(shape.columns[key]) and not all(map(_silent, histories[key]))


def _silent(column: Column) -> bool:
    return column.blank == 1 or (column.numeric >= _NUMBERS and not any(column.quantiles[3:4]))


def _beyond(histories: Histories, own: Mapping[str, float], key: str) -> float:
    """How far a column is from its own history beyond what that has varied before."""
    return own[key] - 2 * _spread(histories[key])


def _is(shape: Shape, histories: Histories, own: Mapping[str, float], key: str, other: str) -> bool:
    """Whether a column is unlike its own history, and like that of another one."""
    if not (_tells(shape, histories, key) and _tells(shape, histories, other)):
        return False
    if own[key] < FAR or _beyond(histories, own, key) < APART:
        return False
    return distance(shape.columns[key], histories[other]) <= min(NEAR, own[key] / 2)


def _shifts(shape: Shape, histories: Histories, own: Mapping[str, float]) -> Iterator[dict[str, str]]:
    """Neighbours that all hold what the column beside them, on the same side, used to hold."""
    keys = [key for key in shape.columns if key in histories]
    for order in (keys, keys[::-1]):
        run: dict[str, str] = {}
        for beside, key in pairwise(order):
            if _is(shape, histories, own, key, beside):
                run[key] = beside
                continue
            if len(run) > 1:
                yield run
            run = {}
        if len(run) > 1:
            yield run


def distance(column: Column, history: Sequence[Column]) -> float:
    """How unlike its predecessors a column is: 0 for alike. Of numbers, how many powers of ten they are off in the mean
    of the quartiles, from the most similar predecessor; of texts, twice the share that none of them has had."""
    if column.numeric <= _WORDS and all(known.numeric <= _WORDS for known in history) and column.blank < 1:
        words = {word for known in history for word in known.words}
        forms = {form for known in history for form in known.forms}
        return 2 * (1 - max(_within(column.words, words), _within(column.forms, forms)))
    return min(_apart(column, known) for known in history)


def _spread(history: Sequence[Column]) -> float:
    """How far from all the others the most unusual of some columns is; 0 where there are not three to tell."""
    if len(history) < 3:
        return 0.0
    return max(
        min(_apart(one, other) for j, other in enumerate(history) if i != j) for i, one in enumerate(history)
    )


def _apart(one: Column, other: Column) -> float:
    if _silent(one) or _silent(other):
        return 0.0 if _silent(one) and _silent(other) else _NEUTRAL
    if min(one.numeric, other.numeric) >= _NUMBERS:
        return float(np.mean(np.abs(_scale(one) - _scale(other)))) + abs(one.blank - other.blank)
    if max(one.numeric, other.numeric) <= _WORDS:
        return 2 * (1 - max(_within(one.words, other.words), _within(one.forms, other.forms)))
    if abs(one.numeric - other.numeric) > _NUMBERS - _WORDS:
        return _CHANGED_KIND
    return _NEUTRAL


def _scale(column: Column) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The quartiles by powers of ten."""
    return np.log10(1 + np.abs(column.quantiles[1:4]))


def _within(texts: Mapping[str, float], known: Collection[str]) -> float:
    """The share of the cells with these texts that are known."""
    return sum(share for text, share in texts.items() if text in known)


def _suspect(shape: Shape, histories: Histories, key: str, like: str) -> Suspect:
    column, there = shape.columns[key], histories[like][0]
    return Suspect(
        column=column.name,
        number=column.number,
        field=key,
        looks_like=there.name,
        found=list(column.quantiles[1:4]),
        usual=list(histories[key][0].quantiles[1:4]),
        usual_there=list(there.quantiles[1:4]),
    )
