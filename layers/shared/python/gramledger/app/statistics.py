"""The statistics of a project's usage: averages, models beside each other, peaks, percentiles and growth."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app.apply import Place
from gramledger.app.as_of import heads_of, page_of, project_of, show_ledger
from gramledger.app.computing import COMPUTING
from gramledger.app.lookup import Caller
from gramledger.app.spans import DaySpan, refuse_too_many
from gramledger.core import bodies, limits, page
from gramledger.core.claims import BUCKETS, DAY_MS, NANO
from gramledger.core.heads import Head, day_name, day_number
from gramledger.core.problems import InvalidRequest
from gramledger.core.projects import Project
from gramledger.core.statistics import (
    HOURS,
    MEASURES,
    PERCENTILES,
    STEPS,
    USED,
    WEEKDAYS,
    Growth,
    Totals,
    Usage,
    growth,
    percentiles,
    totals,
    usage_of,
)
from gramledger.core.zones import require_zone
from gramledger.ports import World

READERS = 8
"""Pages are independent; their round trips overlap."""

UNITS = {"tokens": 1, "cost": NANO, "list_price": NANO, "energy": 10**9, "gwp": 10**9}
NAMES = {"energy": "energy_kwh", "gwp": "gwp_kgco2e"}
ORDERS = (
    "tokens",
    "entries",
    "requests",
    "cost",
    "list_price",
    "energy_kwh",
    "gwp_kgco2e",
    "cache_hit",
    "model",
)
"""By what models may be sorted: the largest first, and names from a to z."""
DAYS_OF_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MILLION = 10**6

Integers = npt.NDArray[np.int64]


def find_statistics(
    world: World,
    caller: Caller,
    project: str,
    span: DaySpan,
    *,
    models: Sequence[str] = (),
    sort: str = "tokens",
    zone: str = "UTC",
    step: str | None = None,
) -> dict[str, Any]:
    """The statistics of the project's usage in the span, of some `models` (as they are written) or of all.

    Hours and days of the week are those of the time zone. With a `step` they have a series of such steps.

    Raises NotFound, InvalidRequest (also for a span of more entries than one request may read), HistoryPruned and
    HistoryBroken.
    """
    if sort not in ORDERS:
        raise InvalidRequest(f"'sort' is '{sort}'; it may be {', '.join(ORDERS)}.")
    if step is not None and step not in STEPS:
        raise InvalidRequest(f"'step' is '{step}'; it may be {', '.join(STEPS)}.")
    require_zone(zone)
    home = project_of(world, caller.tenant, project, span)
    everything = list(heads_of(world, caller.tenant, home.project_id, span))
    heads = [head for head in everything if head.entries]
    refuse_too_many(heads, limits.STATISTICS_ENTRIES, "statistics are made of")
    usage = usage_of(_entries(world, home, heads, span, models))
    first = span.first or min((head.day for head in heads), default=None)
    last = span.last or max((head.day for head in heads), default=None)
    rows = usage.table.num_rows
    (whole,) = totals(usage, np.zeros(rows, np.int64), 1)
    active = len(np.unique(_utc_days(usage)))
    days = day_number(last) - day_number(first) + 1 if first and last else 0
    return {
        "project_id": home.project_id,
        "project_name": home.name,
        "from": first,
        "to": last,
        "time_zone": zone,
        "currency": usage.currency,
        "other_currencies": list(usage.other_currencies),
        "days": {"all": days, "with_usage": active},
        **_shown(whole),
        "averages": {
            "per_day": _averages(whole, days),
            "per_day_with_usage": _averages(whole, active),
            "per_request": _ratios(whole.per_request),
        },
        "percentiles": _percentiles(percentiles(usage, np.zeros(rows, np.int64), 1)[0]),
        "peaks": _peaks(usage, zone),
        "growth": _growth(usage, first, last),
        "series": None if step is None else _series(usage, zone, step),
        "models": _models(usage, whole, sort),
        "ledger": show_ledger(everything),
    }


def _entries(
    world: World, home: Project, heads: Sequence[Head], span: DaySpan, models: Sequence[str]
) -> pa.Table:
    """The usage events among the entries of all pages; meter readings have statistics of another kind."""

    def of_day(head: Head) -> pa.Table:
        table = page_of(world, Place(home.tenant, home.project_id, head.day), head, span)
        with COMPUTING:
            entries = page.entries(table, head.terms)
            usage = entries.filter(entries["energy"].is_null()).select(USED.names)
            if not models:
                return usage
            return usage.filter(pc.is_in(usage["model"].cast(pa.string()), pa.array(models, pa.string())))

    with ThreadPoolExecutor(READERS) as readers:
        return bodies.concat(list(readers.map(of_day, heads)), USED)


def _utc_days(usage: Usage) -> Integers:
    days: Integers = bodies.one_chunk(usage.table["ts"]).to_numpy() // DAY_MS
    return days


def _shown(total: Totals) -> dict[str, Any]:
    """The sums of some entries, what a request and a million tokens come to, and what the cache did."""
    read, whole_input = total.cache_hit
    return {
        **_sums_of(total),
        "entries_with_requests": total.entries_with_requests,
        "entries_with_cost": total.stated["cost"],
        "cache_hit": _divided(read, whole_input),
        "cost_per_million_tokens": _scaled(total.per_token["cost"], NANO, _MILLION),
        "list_price_per_million_tokens": _scaled(total.per_token["list_price"], NANO, _MILLION),
        "gwp_kgco2e_per_million_tokens": _scaled(total.per_token["gwp"], UNITS["gwp"], _MILLION),
    }


def _amount(total: Totals, name: str) -> float | None:
    """A sum in its unit; null where no entry states any."""
    return total.amounts[name] / UNITS[name] if total.stated[name] else None


def _divided(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _scaled(pair: tuple[int, int], unit: int, per: int = 1) -> float | None:
    """What `per` of the second number come to, in units of the first."""
    amount, count = pair
    return amount * per / count / unit if count else None


def _ratios(pairs: dict[str, tuple[int, int]]) -> dict[str, float | None]:
    return {NAMES.get(name, name): _scaled(pair, UNITS[name]) for name, pair in pairs.items()}


def _averages(total: Totals, days: int) -> dict[str, float | None]:
    """What a day comes to; null where no entry states the measure, or there is no day."""
    counts = {"entries": _divided(total.entries, days), "requests": _divided(total.requests, days)}
    amounts = {
        NAMES.get(name, name): _scaled((total.amounts[name], days), UNITS[name])
        if total.stated[name]
        else None
        for name in MEASURES
    }
    return {**counts, **amounts}


def _percentiles(found: dict[str, tuple[int, ...] | None]) -> dict[str, dict[str, float] | None]:
    return {
        NAMES.get(name, name): None
        if values is None
        else {f"p{percent}": value / UNITS[name] for percent, value in zip(PERCENTILES, values, strict=True)}
        for name, values in found.items()
    }


def _peaks(usage: Usage, zone: str) -> dict[str, Any]:
    """Usage by hour of the day and by day of the week, and when there was most of it."""
    hours = [_moment(total) for total in totals(usage, usage.hours(zone), HOURS)]
    week = [_moment(total) for total in totals(usage, usage.weekdays(zone), WEEKDAYS)]
    local = usage.days(zone)
    distinct, at = np.unique(local, return_inverse=True)
    days = [_moment(total) for total in totals(usage, at, len(distinct))]
    names = [day_name(int(day)) for day in distinct]
    return {
        "hours": [{"hour": hour, **found} for hour, found in enumerate(hours)],
        "weekdays": [{"weekday": name, **found} for name, found in zip(DAYS_OF_WEEK, week, strict=True)],
        "busiest_hour": _busiest(range(HOURS), hours),
        "busiest_weekday": _busiest(DAYS_OF_WEEK, week),
        "busiest_day": _busiest(names, days),
        "dearest_day": _most(names, days, "cost"),
    }


def _moment(total: Totals) -> dict[str, Any]:
    return {
        "entries": total.entries,
        "requests": total.requests,
        "tokens": sum(total.buckets),
        "cost": _amount(total, "cost"),
    }


def _busiest(names: Sequence[Any], found: Sequence[dict[str, Any]]) -> Any:
    """The name of the most tokens; the earlier of equals, null where there are none."""
    return _most(names, found, "tokens")


def _most(names: Sequence[Any], found: Sequence[dict[str, Any]], what: str) -> Any:
    best = max(range(len(found)), key=lambda place: (found[place][what] or 0, -place), default=None)
    return names[best] if best is not None and found[best][what] else None


def _series(usage: Usage, zone: str, step: str) -> list[dict[str, Any]]:
    """The sums of each step that has usage, with the local time at which it begins. Raises InvalidRequest."""
    begun, at = usage.steps(zone, step)
    if len(begun) > limits.STATISTICS_STEPS:
        raise InvalidRequest(
            f"The span has {len(begun):,} steps of '{step}' with usage; a series may have {limits.STATISTICS_STEPS:,}. "
            "Ask for fewer days, or for longer steps.",
            limit=limits.STATISTICS_STEPS,
        )
    texts = np.datetime_as_string(begun.astype("datetime64[ms]"), unit="D" if step == "day" else "m").tolist()
    return [
        {"at": text, **_sums_of(total)}
        for text, total in zip(texts, totals(usage, at, len(begun)), strict=True)
    ]


def _sums_of(total: Totals) -> dict[str, Any]:
    amounts = {NAMES.get(name, name): _amount(total, name) for name in MEASURES if name != "tokens"}
    return {
        "entries": total.entries,
        "requests": total.requests,
        "tokens": {**dict(zip(BUCKETS, total.buckets, strict=True)), "total": sum(total.buckets)},
        **amounts,
    }


def _growth(usage: Usage, first: str | None, last: str | None) -> dict[str, Any] | None:
    if not first or not last:
        return None
    found = growth(usage, _utc_days(usage), day_number(first), day_number(last))
    if found is None:
        return None
    end = day_number(last)
    return {
        "days": found.days,
        "earlier": {
            "from": day_name(end - 2 * found.days + 1),
            "to": day_name(end - found.days),
            **_averages(found.earlier, found.days),
        },
        "later": {
            "from": day_name(end - found.days + 1),
            "to": last,
            **_averages(found.later, found.days),
        },
        "percent": _percent(found),
    }


def _percent(found: Growth) -> dict[str, float | None]:
    """How much more the later days have than the earlier ones; null where these have nothing, or where the later ones
    have entries of which none states it."""
    earlier, later = found.earlier, found.later
    each = {
        "entries": (earlier.entries, later.entries, later.entries),
        "requests": (earlier.requests, later.requests, later.entries_with_requests),
        **{
            NAMES.get(name, name): (earlier.amounts[name], later.amounts[name], later.stated[name])
            for name in MEASURES
        },
    }
    return {
        name: 100 * (after - before) / before if before and (stated or not later.entries) else None
        for name, (before, after, stated) in each.items()
    }


def _models(usage: Usage, whole: Totals, sort: str) -> list[dict[str, Any]]:
    """The models as they are written, with their shares, ratios and percentiles."""
    size = len(usage.names)
    each = percentiles(usage, usage.name_of_row, size)
    days = _days_by_name(usage, size)
    found = []
    for number, total in enumerate(totals(usage, usage.name_of_row, size)):
        if not total.entries:
            continue
        its = days[number]
        found.append(
            {
                "model": usage.names[number],
                "entries_percent": 100 * total.entries / whole.entries,
                "tokens_percent": 100 * share
                if (share := _divided(sum(total.buckets), sum(whole.buckets)))
                else 0.0,
                **_shown(total),
                "per_request": _ratios(total.per_request),
                "percentiles": _percentiles(each[number]),
                "days_with_usage": len(its),
                "first": day_name(int(its[0])),
                "last": day_name(int(its[-1])),
            }
        )
    if sort == "model":
        return sorted(found, key=lambda model: model["model"] or "")
    return sorted(found, key=lambda model: (-_size(model, sort), model["model"] or ""))


def _days_by_name(usage: Usage, size: int) -> list[Integers]:
    """The distinct days on which each model was used, ascending."""
    pairs = np.unique(np.stack([usage.name_of_row, _utc_days(usage)]), axis=1)
    counts = np.bincount(pairs[0], minlength=size)
    return np.split(pairs[1], np.cumsum(counts)[:-1])


def _size(model: dict[str, Any], sort: str) -> float:
    """What a model is sorted by; what is not stated comes last."""
    value = model["tokens"]["total"] if sort == "tokens" else model[sort]
    return -1.0 if value is None else float(value)
