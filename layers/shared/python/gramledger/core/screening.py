"""Screening: the conditions of `core.conditions`, applied to the claims of whole blocks at a time.

A row is judged whole: a filter leaves it out by its first claim, a rule refuses it when any of its claims breaks it.
What is left out is judged by no rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import BUCKETS, NANO
from gramledger.core.conditions import BOUNDED, Bounds, Filters, Rules, Window
from gramledger.core.heads import day_number
from gramledger.core.iso import iso
from gramledger.core.zones import midnights

Rows = NDArray[np.bool_]
Integers = NDArray[np.int64]

_SCALES = {"cost": NANO, "energy_kwh": NANO}
"""How many units of a claim's column are one unit of the bound, where that is not 1."""
_COLUMNS = {"energy_kwh": "energy"}


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that a row breaks: what was found where, and what the rule asks for."""

    row: int
    code: str
    field: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Screened:
    """What is left of some claims."""

    kept: pa.RecordBatch
    filtered: dict[str, int] = field(default_factory=dict)
    """Code -> rows that were left out knowingly."""
    broken: list[Broken] = field(default_factory=list)
    """Rules that rows break, in the order of rows; their claims are not kept."""


class Screen:
    """The conditions of one import; days are those of `zone`, and UTC's where it is blank."""

    def __init__(self, filters: Filters, rules: Rules, zone: str = "") -> None:
        self._filters = filters
        self._rules = rules
        self._zone = zone or "UTC"

    def __bool__(self) -> bool:
        return bool(self._filters.to_json() or self._rules.to_json())

    def of(self, claims: pa.RecordBatch) -> Screened:
        """Judge claims (schema CHUNK_CLAIM, those of one row together)."""
        row_of, firsts = _rows_of(claims)
        filtered, left = self._filter(claims, firsts)
        broken = self._judge(claims, left[row_of])
        refused = np.isin(claims["row"].to_numpy(), [found.row for found in broken]) if broken else None
        kept = left[row_of] if refused is None else left[row_of] & ~refused
        return Screened(claims if kept.all() else claims.filter(pa.array(kept)), filtered, broken)

    def _filter(self, claims: pa.RecordBatch, firsts: Integers) -> tuple[dict[str, int], Rows]:
        """(rows left out by code, which of the rows are left)."""
        left = np.ones(len(firsts), bool)
        counts = {}
        for code, fits in (
            ("filtered-date", self._dates.fits(claims) if self._filters.dates else None),
            ("filtered-kind", _matching(claims, "kind", self._filters.kinds)),
            ("filtered-model", _matching(claims, "model", self._filters.models)),
        ):
            if fits is not None:
                out = left & ~fits[firsts]
                if out.any():
                    counts[code] = int(np.count_nonzero(out))
                left &= ~out
        return counts, left

    def _judge(self, claims: pa.RecordBatch, judged: Rows) -> list[Broken]:
        found = [broken for check in self._checks for broken in check(claims, judged)]
        return sorted(found, key=lambda broken: broken.row)

    @cached_property
    def _dates(self) -> _Days:
        return _Days(self._filters.dates, self._zone)

    @cached_property
    def _checks(self) -> list[Callable[[pa.RecordBatch, Rows], list[Broken]]]:
        checks: list[Callable[[pa.RecordBatch, Rows], list[Broken]]] = []
        if self._rules.dates:
            checks.append(_Days(self._rules.dates, self._zone).check)
        if self._rules.models:
            checks.append(_Models(self._rules.models).check)
        checks.extend(_Limits(name, bounds).check for name, bounds in self._rules.bounds.items())
        return checks


def screen_of(conditions: Mapping[str, Any], zone: str) -> Screen | None:
    """The screen of {"filters", "rules"} as JSON (as an import's plan keeps them); None when nothing is asked for."""
    screen = Screen(Filters.parse(conditions["filters"]), Rules.parse(conditions["rules"]), zone)
    return screen if screen else None


def _rows_of(claims: pa.RecordBatch) -> tuple[Integers, Integers]:
    """(which of the rows each claim is of, the first claim of each row)."""
    rows = claims["row"].to_numpy()
    begins = np.r_[True, rows[1:] != rows[:-1]][: len(rows)]
    return np.cumsum(begins) - 1, np.flatnonzero(begins)


class _Days:
    """A window of days of some time zone."""

    def __init__(self, window: Window, zone: str) -> None:
        self._window = window
        first = None if window.first is None else day_number(window.first)
        last = None if window.last is None else day_number(window.last) + 1
        days = np.array([day for day in (first, last) if day is not None], np.int64)
        bounds = midnights(days, zone).tolist()
        self._begin = bounds[0] if first is not None else None
        self._end = bounds[-1] if last is not None else None

    def fits(self, claims: pa.RecordBatch) -> Rows:
        """Which claims lie in the window."""
        ts = claims["ts"].to_numpy()
        inside = np.ones(len(ts), bool)
        if self._begin is not None:
            inside &= ts >= self._begin
        if self._end is not None:
            inside &= ts < self._end
        return inside

    def check(self, claims: pa.RecordBatch, judged: Rows) -> list[Broken]:
        """The claims outside."""
        at = np.flatnonzero(judged & ~self.fits(claims))
        ts = claims["ts"].to_numpy()
        return [
            Broken(row, "rule-date", "date", iso(int(ts[place])) or "", f"a day from {self._window}")
            for row, place in _first_of_rows(claims, at)
        ]


class _Models:
    """Models that are allowed; rows that name none are of no model."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = patterns

    def check(self, claims: pa.RecordBatch, judged: Rows) -> list[Broken]:
        """The claims of other models."""
        fits = _matching(claims, "model", self._patterns)
        models = claims["model"]
        if fits is None:
            return []
        at = np.flatnonzero(judged & ~fits & models.is_valid().to_numpy(zero_copy_only=False))
        return [
            Broken(
                row, "rule-model", "model", models[place].as_py(), f"one of {', '.join(self._patterns)}"[:300]
            )
            for row, place in _first_of_rows(claims, at)
        ]


class _Limits:
    """Bounds of one field; a blank is no number and breaks none."""

    def __init__(self, name: str, bounds: Bounds) -> None:
        self._name = name
        self._scale = _SCALES.get(name, 1)
        self._expected = f"{bounds} ({BOUNDED[name]})"
        self._least = None if bounds.least is None else self._scaled(bounds.least)
        self._most = None if bounds.most is None else self._scaled(bounds.most)

    def _scaled(self, bound: float) -> float:
        return float(Decimal(str(bound)) * self._scale)

    def check(self, claims: pa.RecordBatch, judged: Rows) -> list[Broken]:
        """The claims beyond the bounds."""
        values, stated = _numbers(claims, self._name)
        beyond = np.zeros(len(values), bool)
        if self._least is not None:
            beyond |= values < self._least
        if self._most is not None:
            beyond |= values > self._most
        return [
            Broken(row, "rule-bounds", self._name, self._shown(int(values[place])), self._expected)
            for row, place in _first_of_rows(claims, np.flatnonzero(beyond & stated & judged))
        ]

    def _shown(self, value: int) -> str:
        return str(value) if self._scale == 1 else f"{(Decimal(value) / self._scale).normalize():f}"


def _numbers(claims: pa.RecordBatch, name: str) -> tuple[Integers, Rows]:
    """(the numbers of a field, 0 where none is stated, and where one is)."""
    columns = (
        [claims[bucket] for bucket in BUCKETS] if name == "tokens" else [claims[_COLUMNS.get(name, name)]]
    )
    values = np.zeros(len(claims), np.int64)
    stated = np.zeros(len(claims), bool)
    for column in columns:
        values += column.fill_null(0).to_numpy(zero_copy_only=False)
        stated |= column.is_valid().to_numpy(zero_copy_only=False)
    return values, stated


def _matching(claims: pa.RecordBatch, name: str, patterns: Sequence[str]) -> Rows | None:
    """Which claims' text fits one of the patterns; a blank fits none. None when there are no patterns."""
    if not patterns:
        return None
    column = claims[name]
    pattern = re.compile(
        "|".join(".*".join(map(re.escape, p.split("*"))) for p in patterns), re.IGNORECASE | re.DOTALL
    )
    fits = np.array([*(bool(pattern.fullmatch(text)) for text in column.dictionary.to_pylist()), False])
    found: Rows = fits[column.indices.fill_null(len(fits) - 1).to_numpy(zero_copy_only=False)]
    return found


def _first_of_rows(claims: pa.RecordBatch, at: Integers) -> list[tuple[int, int]]:
    """(row, its first claim) of some claims, ascending."""
    rows, firsts = np.unique(claims["row"].to_numpy()[at], return_index=True)
    return list(zip(rows.tolist(), at[firsts].tolist(), strict=True))
