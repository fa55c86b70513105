"""Writes the sample export `usage-events.csv`: invented usage of one developer, as Cursor would export it.

Six weeks of events in the current variant of the export, newest first and every cell quoted, as in real ones.
All kinds and all ways in which real exports write a cost are in it, models of every degree of being known,
and a few rows that are wrong on purpose. `build()` also says what an exact reading of the file must give; the
end-to-end tests compare.

Run it with `python -m local.sample.make` after a change; a test fails when the file and this program differ.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

FILE = Path(__file__).with_name("usage-events.csv")
SEED = 20260302
EVENTS = 1200
FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 42

HEADER = (
    "Date",
    "Cloud Agent ID",
    "Automation ID",
    "Kind",
    "Model",
    "Max Mode",
    "Input (w/ Cache Write)",
    "Input (w/o Cache Write)",
    "Cache Read",
    "Output Tokens",
    "Total Tokens",
    "Cost",
)

MODELS = {  # name as the export writes it: how often
    "auto": 24,
    "claude-4.5-sonnet-thinking": 15,
    "composer-1": 11,
    "claude-4.5-sonnet": 8,
    "gpt-5-codex-high": 6,
    "claude-4.5-opus-high-thinking": 6,
    "gpt-5": 5,
    "gemini-2.5-pro": 5,
    "claude-4.5-haiku": 4,
    "gpt-5-mini": 4,
    "grok-code-fast-1": 3,
    "gpt-5.1-codex": 3,
    "gemini-2.5-flash": 3,
    "claude-4-sonnet-thinking": 3,
    "claude-3.5-sonnet": 2,
    "gpt-4.1": 2,
    "o3": 2,
    "default": 1,
    "premium": 1,
    "cheetah": 1,
    "kimi-k2-instruct": 1,
    "deepseek-v3.1": 1,
    "gpt-4.5-preview": 1,
    "openai/gpt-4o": 1,
    "us.anthropic.claude-sonnet-4-5-20250929-v1:0": 1,
    "text-embedding-3-small": 1,
    'atelier "naïve", v2; β 🐘': 1,
}

KINDS = {  # kind: (how often, the forms of its cost)
    "Included": (52, ("number", "Included")),
    "Included in Pro": (8, ("Included",)),
    "On-Demand": (18, ("number", "number", "number", "dollar")),
    "Free": (3, ("Free",)),
    "free": (1, ("Free", "0.00")),
    "Unknown": (1, ("-",)),
    "Errored, Not Charged": (5, ("number",)),
    "Errored, No Charge": (2, ("number", "-")),
    "Aborted, Not Charged": (3, ("number", "Included")),
    "User API Key": (4, ("",)),
    "pro-free-trial": (2, ("Included", "")),
    "team-user-credits-monthly": (1, ("number",)),
}
UNCHARGED = ("Errored, Not Charged", "Errored, No Charge", "Aborted, Not Charged")


@dataclass(frozen=True, slots=True)
class Event:
    """One row; cells are text because some are wrong on purpose."""

    date: str
    kind: str
    model: str
    max_mode: str = "No"
    agent: str = ""
    automation: str = ""
    cache_write: str = ""
    input: str = ""
    cache_read: str = ""
    output: str = ""
    total: str = ""
    cost: str = ""

    def cells(self) -> tuple[str, ...]:
        """The cells in the order of HEADER."""
        buckets = (self.cache_write, self.input, self.cache_read, self.output, self.total)
        return (
            self.date,
            self.agent,
            self.automation,
            self.kind,
            self.model,
            self.max_mode,
            *buckets,
            self.cost,
        )


@dataclass(slots=True)
class Expected:
    """What an exact reading of the sample gives."""

    rows_in: int = 0
    imported: int = 0
    duplicate_identical: int = 0
    duplicate_differing: int = 0
    rejected: int = 0
    excluded: int = 0
    days: int = 0
    tokens: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)  # nano-units by currency
    charged: Counter[str] = field(default_factory=Counter)


class _Chance:
    """Draws that are the same on every machine and Python: they use nothing but `Random.random`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 -- a sample must come out the same every time

    def below(self, limit: int) -> int:
        return int(self._random.random() * limit)

    def one_in(self, number: int) -> bool:
        return self.below(number) == 0

    def of(self, weights: dict[str, int]) -> str:
        left = self.below(sum(weights.values()))
        for name, weight in weights.items():
            left -= weight
            if left < 0:
                return name
        raise AssertionError("a draw lies below the sum of the weights")

    def amount(self, typical: int) -> int:
        """From none to 16 times the typical amount, small ones far more often."""
        return typical * self.below(100) * self.below(100) * self.below(17) // 10_000


def build() -> tuple[str, Expected]:
    """The sample's text, and what it must give."""
    chance, expected = _Chance(SEED), Expected()
    events = [_event(chance, moment) for moment in _moments(chance)]
    for event in events:
        _count(event, expected)
    lines = [_line(event.cells()) for event in events]
    lines += _odd_costs(expected)
    expected.days = len({line[1:11] for line in lines})
    lines.sort(reverse=True)
    lines = _with_duplicates(lines, events, expected)
    lines = _with_wrong_rows(lines, expected)
    return "\n".join([",".join(HEADER), *lines]) + "\n", expected


def _moments(chance: _Chance) -> list[datetime]:
    """Distinct instants: on weekdays more than at weekends, by day more than by night."""
    moments: set[datetime] = set()
    while len(moments) < EVENTS:
        day = FIRST_DAY + timedelta(days=chance.below(DAYS))
        hour = 7 + (chance.below(8) + chance.below(8)) if not chance.one_in(20) else chance.below(24)
        if day.weekday() < 5 or chance.one_in(4):
            moments.add(day + timedelta(hours=hour, milliseconds=chance.below(3_600_000)))
    return sorted(moments)


def _event(chance: _Chance, moment: datetime) -> Event:
    kind = chance.of({name: weight for name, (weight, _) in KINDS.items()})
    forms = KINDS[kind][1]
    model = chance.of(MODELS)
    event = Event(
        date=_iso(moment),
        kind=kind,
        model=model,
        max_mode="Yes" if chance.one_in(6) else "No",
        agent=f"bc-{chance.below(1 << 32):08x}" if chance.one_in(12) else "",
        automation=f"auto-{chance.below(1 << 24):06x}" if chance.one_in(40) else "",
    )
    form = forms[chance.below(len(forms))]
    if chance.one_in(25):  # real exports have rows that state a cost and no tokens
        return replace(event, cost="0.04" if form in ("number", "dollar") else form)
    failed = kind in UNCHARGED and chance.one_in(3)
    buckets = (0, 0, 0, 0) if failed else _buckets(chance, model)
    cache_write, new, cache_read, output = buckets
    return replace(
        event,
        cache_write=str(cache_write),
        input=str(new),
        cache_read=str(cache_read),
        output=str(output),
        total=str(sum(buckets)),
        cost=_cost(form, buckets),
    )


def _buckets(chance: _Chance, model: str) -> tuple[int, int, int, int]:
    """Cache write, input, cache read and output in the proportions of real coding sessions."""
    if model.startswith("text-embedding"):
        return 0, 200 + chance.amount(4000), 0, 0
    return chance.amount(20_000), chance.amount(3000), chance.amount(260_000), 40 + chance.amount(2400)


def _cost(form: str, buckets: tuple[int, int, int, int]) -> str:
    if form not in ("number", "dollar"):
        return form
    cache_write, new, cache_read, output = buckets
    thousandths = (cache_write * 4 + new * 3 + cache_read * 3 // 10 + output * 15) // 1000
    decimals = 3 if thousandths % 2 else 2
    text = f"{Decimal(thousandths) / 1000:.{decimals}f}"
    return f"${text}" if form == "dollar" else text


def _odd_costs(expected: Expected) -> list[str]:
    """Ways to write a cost that other tools' exports have."""
    moment = FIRST_DAY + timedelta(days=20, hours=10)
    lines = []
    for number, (text, currency, amount) in enumerate(
        (("$1,234.50", "USD", "1234.5"), ("EUR 3,50", "EUR", "3.5"), ("NaN", "", "0"))
    ):
        event = Event(
            date=_iso(moment + timedelta(minutes=number)),
            kind="On-Demand",
            model="gpt-5",
            cache_write="1200",
            input="300",
            cache_read="8000",
            output="500",
            total="10000",
            cost=text,
        )
        _count(replace(event, cost=""), expected)
        if currency:
            _charge(event.kind, currency, Decimal(amount), expected)
        lines.append(_line(event.cells()))
    return lines


def _with_duplicates(lines: list[str], events: list[Event], expected: Expected) -> list[str]:
    """Rows that are in the file twice: once the same, once with another cost."""
    same = _line(events[100].cells())
    listed = next(event for event in events[300:] if event.cost == "Included")
    differing = _line(replace(listed, cost="0.07").cells())
    lines = _after(lines, same, same)
    lines = _after(lines, _line(listed.cells()), differing)
    expected.rows_in += 2
    expected.duplicate_identical += 1
    expected.duplicate_differing += 1
    return lines


def _after(lines: list[str], found: str, added: str) -> list[str]:
    place = lines.index(found) + 1
    return [*lines[:place], added, *lines[place:]]


def _with_wrong_rows(lines: list[str], expected: Expected) -> list[str]:
    """Rows to refuse, rows to warn of, and one that is only commas; spread over the file."""
    good = Event("", "Included", "auto", "No", "", "", "10", "20", "30", "40", "100", "0.01")
    moment = FIRST_DAY + timedelta(days=10, hours=9)
    dated = [replace(good, date=_iso(moment + timedelta(minutes=minute))) for minute in range(7)]
    refused = (
        _line(replace(good, date="2026-03-32T09:00:00.000Z").cells()),
        _line(replace(good, date="last Tuesday").cells()),
        _line(good.cells()),
        _line(replace(dated[0], output="-40", total="20").cells()),
        _line(replace(dated[1], input="12.5k").cells()),
        _line(replace(dated[2], cache_read="5000000000000", total="5000000000070").cells()),
        _line(dated[3].cells()[:-1]),
        _line((*dated[4].cells(), "0.02")),
    )
    kept = (
        replace(dated[5], total="101"),
        replace(dated[6], cache_read="150000000", total="150000070"),
    )
    for event in kept:
        _count(event, expected)
    commas = "," * (len(HEADER) - 1)
    added = [*refused, *(_line(event.cells()) for event in kept), commas]
    expected.rows_in += len(refused) + 1
    expected.rejected += len(refused)
    expected.excluded += 1
    for number, line in enumerate(added):
        place = 70 + 97 * number
        lines = [*lines[:place], line, *lines[place:]]
    return lines


def _count(event: Event, expected: Expected) -> None:
    expected.rows_in += 1
    expected.imported += 1
    for bucket in ("input", "cache_write", "cache_read", "output"):
        expected.tokens[bucket] += int(getattr(event, bucket) or 0)
    number = event.cost.removeprefix("$")
    if number.replace(".", "").isdigit():
        _charge(event.kind, "USD", Decimal(number), expected)


def _charge(kind: str, currency: str, amount: Decimal, expected: Expected) -> None:
    nano = int(amount * 10**9)
    expected.reported[currency] += nano
    expected.charged[currency] += 0 if kind in UNCHARGED else nano


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _line(cells: tuple[str, ...]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


if __name__ == "__main__":
    FILE.write_bytes(build()[0].encode())
