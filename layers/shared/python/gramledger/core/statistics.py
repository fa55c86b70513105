"""Statistics of usage: how often, how much, at what cost, when, and how large a usual and an unusual entry is.

Everything that is counted or summed is an integer, so totals are exact. A ratio only ever divides what belongs
together: cost by the requests of those entries that state both. Percentiles are values that occur: the smallest that at
least so many percent of the entries do not exceed (nearest rank).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import BUCKETS, DAY_MS
from gramledger.core.page import PAGE
from gramledger.core.sums import stated_by_group, sums_by_group
from gramledger.core.zones import local_of

_ENERGY = ("energy_output_value", "energy_input_value")
_GWP = ("gwp_output_value", "gwp_input_value", "gwp_embodied_value")

USED = pa.schema(
    [
        PAGE.field(name)
        for name in ("ts", "model", *BUCKETS, "requests", "currency", "cost", "list_price", *_ENERGY, *_GWP)
    ]
)
"""The columns of entries that statistics are made of."""

MEASURES = ("tokens", "cost", "list_price", "energy", "gwp")
"""What is averaged: tokens, nano-units of money (reported; list price), micro-watt-hours and micrograms CO2e."""

PERCENTILES = (50, 95, 99)
HOURS, WEEKDAYS = 24, 7
_HOUR_MS = 3_600_000
STEPS = {"day": DAY_MS, "hour": _HOUR_MS, "10min": _HOUR_MS // 6}
"""How long the steps of a series are, in ms."""
_THURSDAY = 3
"""1970-01-01 was one; weeks begin on Monday."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of some entries.

    `buckets` are in the order of BUCKETS; `amounts` and `stated` give for each of MEASURES its sum and of how many
    entries; `per_request` the sums of (measure, requests) over entries that state both, `per_token` those of (measure,
    tokens) over entries that state the measure.
    """

    entries: int
    requests: int
    entries_with_requests: int
    buckets: tuple[int, ...]
    amounts: dict[str, int]
    stated: dict[str, int]
    per_request: dict[str, tuple[int, int]]
    per_token: dict[str, tuple[int, int]]

    @property
    def cache_hit(self) -> tuple[int, int]:
        """Tokens of input that were read from the cache, and all tokens of input."""
        new, write, read, _ = self.buckets
        return read, new + write + read


@dataclass(frozen=True, eq=False)
class Usage:
    """Entries made ready: their measures, and the money of one currency (that of most entries that state a cost)."""

    table: pa.Table
    currency: str
    other_currencies: tuple[str, ...]
    names: tuple[str | None, ...]
    name_of_row: Integers

    def days(self, zone: str) -> Integers:
        """The local day (since 1970-01-01) of each entry."""
        return self._local(zone) // DAY_MS

    def hours(self, zone: str) -> Integers:
        """The local hour of the day of each entry."""
        return self._local(zone) % DAY_MS // _HOUR_MS

    def weekdays(self, zone: str) -> Integers:
        """The local day of the week of each entry, 0 for Monday."""
        return (self.days(zone) + _THURSDAY) % WEEKDAYS

    def steps(self, zone: str, step: str) -> tuple[Integers, Integers]:
        """When the steps with usage begin (local ms since 1970-01-01T00:00, ascending), and in which each entry is.

        Where the clock goes back, an hour that comes twice is one step.
        """
        length = STEPS[step]
        begun, at = np.unique(self._local(zone) // length, return_inverse=True)
        return begun * length, at

    def _local(self, zone: str) -> Integers:
        return local_of(bodies.one_chunk(self.table["ts"]).to_numpy(), zone)


def usage_of(entries: pa.Table) -> Usage:
    """Usage events (columns of USED) made ready."""
    column = bodies.one_chunk(entries["model"])
    names = (*column.dictionary.to_pylist(), None)
    row = column.indices.fill_null(len(names) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    currencies = pc.fill_null(entries["currency"].cast(pa.string()), "USD")
    stated = pc.value_counts(currencies.filter(entries["cost"].is_valid())).to_pylist()
    order = [
        found["values"] for found in sorted(stated, key=lambda found: (-found["counts"], found["values"]))
    ]
    currency = order[0] if order else "USD"
    table = entries.select(["ts", *BUCKETS, "requests"])
    measures = {
        "tokens": _sum_of(entries, BUCKETS),
        "cost": pc.if_else(pc.equal(currencies, currency), entries["cost"], None),
        "list_price": entries["list_price"],
        "energy": _sum_of(entries, _ENERGY),
        "gwp": _sum_of(entries, _GWP),
    }
    requests = entries["requests"]
    for name, values in measures.items():
        table = table.append_column(name, values)
        both = pc.and_(values.is_valid(), requests.is_valid())
        table = table.append_column(f"{name} of requests", pc.if_else(both, values, None))
        table = table.append_column(f"requests of {name}", pc.if_else(both, requests, None))
        table = table.append_column(
            f"tokens of {name}", pc.if_else(values.is_valid(), measures["tokens"], None)
        )
    return Usage(table, currency, tuple(order[1:]), names, row)


def _sum_of(entries: pa.Table, names: Sequence[str]) -> pa.ChunkedArray:
    """The sum of some columns of each row; null where all are."""
    stated = pc.or_kleene(entries[names[0]].is_valid(), False)
    total = entries[names[0]].fill_null(0)
    for name in names[1:]:
        stated = pc.or_(stated, entries[name].is_valid())
        total = pc.add(total, entries[name].fill_null(0))
    return pc.if_else(stated, total, None)


def totals(usage: Usage, group: Integers, size: int) -> Iterator[Totals]:
    """The totals of each of `size` groups; `group` says in which one each entry is."""
    order = np.argsort(group, kind="stable")
    counts = np.bincount(group, minlength=size)
    there = np.flatnonzero(counts)
    starts = np.cumsum(counts[there]) - counts[there]
    names = usage.table.column_names[1:]
    columns = [usage.table[name] for name in names]
    found = dict(zip(names, sums_by_group(columns, order, starts), strict=True))
    stated = stated_by_group(columns, order, starts)
    found |= {f"stated {name}": counted for name, counted in zip(names, stated, strict=True)}
    place = {int(number): at for at, number in enumerate(there)}
    for number in range(size):
        at = place.get(number)
        sizes = {name: 0 if at is None else values[at] for name, values in found.items()}
        yield Totals(
            entries=int(counts[number]),
            requests=sizes["requests"],
            entries_with_requests=sizes["stated requests"],
            buckets=tuple(sizes[bucket] for bucket in BUCKETS),
            amounts={name: sizes[name] for name in MEASURES},
            stated={name: sizes[f"stated {name}"] for name in MEASURES},
            per_request={
                name: (sizes[f"{name} of requests"], sizes[f"requests of {name}"]) for name in MEASURES
            },
            per_token={name: (sizes[name], sizes[f"tokens of {name}"]) for name in MEASURES},
        )


def percentiles(usage: Usage, group: Integers, size: int) -> list[dict[str, tuple[int, ...] | None]]:
    """For each group and measure the values of PERCENTILES; null where no entry of the group states the measure."""
    found: list[dict[str, tuple[int, ...] | None]] = [dict.fromkeys(MEASURES) for _ in range(size)]
    for measure in MEASURES:
        column = bodies.one_chunk(usage.table[measure])
        stated = column.is_valid().to_numpy(zero_copy_only=False)
        values, of = column.drop_null().to_numpy(), group[stated]
        values = values[np.lexsort((values, of))]
        counts = np.bincount(of, minlength=size)
        ends = np.cumsum(counts)
        for number in np.flatnonzero(counts).tolist():
            first = int(ends[number] - counts[number])
            # the nearest rank is ceil(n * p / 100), counted from 1
            ranks = [-(-int(counts[number]) * percent // 100) for percent in PERCENTILES]
            found[number][measure] = tuple(int(values[first + rank - 1]) for rank in ranks)
    return found


@dataclass(frozen=True, slots=True)
class Growth:
    """Two stretches of equally many days, the later one at the end of the span, and what they come to."""

    days: int
    earlier: Totals
    later: Totals


def growth(usage: Usage, days: Integers, first: int, last: int) -> Growth | None:
    """The later half of the days `first` to `last` beside the half before it; null for less than two days.

    Of an odd number of days the first one is left out.
    """
    half = (last - first + 1) // 2
    if not half:
        return None
    stretch = np.clip((last - days) // half, 0, 2)  # 0 for the later half, 1 for the earlier one
    later, earlier, _ = totals(usage, stretch, 3)
    return Growth(half, earlier, later)
