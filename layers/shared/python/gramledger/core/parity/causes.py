"""The cause of one gap, from what both sides say of its day and who said it.

Causes are tried from the one that the figures prove most exactly to the one that they only suggest. A cause that is
about tokens is looked for first; where the tokens agree, money that does not is a matter of price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from operator import sub

import numpy as np

from gramledger.core.claims import DAY_MS
from gramledger.core.iso import iso
from gramledger.core.parity.buckets import TOKENS
from gramledger.core.parity.gaps import Gap, Side, Sums, value
from gramledger.core.parity.pairs import Basis
from gramledger.core.parity.pieces import Pieces, stream_of
from gramledger.core.parity.tolerances import Tolerances

SETTLED_MS = 3 * DAY_MS
"""How long after a day's end its provider may still add to it: the last three days are fetched again."""

MULTIPLES = range(2, 6)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to judge gaps by. `estimated` says that the ledger's money is list prices."""

    basis: Basis
    tolerances: Tolerances
    ledger: Pieces
    reference: Pieces
    estimated: bool = False

    def alike(self, ledger: Sums, reference: Sums, *, only: str | None = None) -> bool:
        """Whether sums are within the tolerances: all measures but money, or `only` one."""
        for index, name in enumerate(self.basis.measures):
            if name != only and (only is not None or name == "money"):
                continue
            if self.tolerances.outside(name, np.array([ledger[index]]), np.array([reference[index]])).any():
                return False
        return True


def causes_of(gap: Gap, evidence: Evidence) -> Iterator[Gap]:
    """The gap with its cause; a second one where two causes meet in one combination."""
    whole_window = _missing_stream(gap, evidence)
    if whole_window:
        yield whole_window
        return
    if not _counted(evidence.basis):
        yield _of_money(gap, evidence)
        return
    if evidence.alike(gap.ledger, gap.reference):
        yield _price(gap, gap.ledger, evidence)
        return
    twice = _duplicate(gap, evidence)
    if twice is None:
        yield (
            _semantics(gap, evidence.basis)
            or _late(gap, evidence)
            or _multiple(gap, evidence)
            or _missing_combination(gap)
            or gap.named("unexplained", None, "The figures fit none of the known causes.")
        )
        return
    once, named = twice
    yield named
    if not evidence.alike(once, gap.reference, only="money"):
        yield _price(replace(gap, ledger=once), once, evidence)


def _counted(basis: Basis) -> bool:
    """Whether anything but money is compared."""
    return any(name != "money" for name in basis.measures)


def _of_money(gap: Gap, evidence: Evidence) -> Gap:
    """The cause where only money is compared. Half or double the amount is then a price as likely as a duplicate."""
    twice = _duplicate(gap, evidence)
    if twice:
        return twice[1]
    return _late(gap, evidence) or _missing_combination(gap) or _price(gap, gap.ledger, evidence)


def _missing_stream(gap: Gap, evidence: Evidence) -> Gap | None:
    place = (gap.day, stream_of(evidence.basis, gap.labels))
    for side, pieces, amount in (
        ("ledger", evidence.ledger, gap.ledger),
        ("reference", evidence.reference, gap.reference),
    ):
        if place not in pieces.heard and not any(amount):
            text = f"The {side} has no window of this day and key at all."
            return gap.named("missing-window", "ledger" if side == "ledger" else "reference", text)
    return None


def _missing_combination(gap: Gap) -> Gap | None:
    if any(gap.ledger) == any(gap.reference):
        return None
    side: Side = "reference" if any(gap.ledger) else "ledger"
    text = f"The {side} has other windows of this day and key, but none of this combination."
    return gap.named("missing-window", side, text)


def _duplicate(gap: Gap, evidence: Evidence) -> tuple[Sums, Gap] | None:
    """Sums of the ledger without what is there twice, and the gap: one source more than the other side has."""
    for side, pieces, sums, other in (
        ("ledger", evidence.ledger, gap.ledger, gap.reference),
        ("reference", evidence.reference, gap.reference, gap.ledger),
    ):
        parts = pieces.of.get((gap.day, gap.labels), [])
        if len(parts) < 2 or not any(other):
            continue
        money = None if _counted(evidence.basis) else "money"
        without = {part.source: tuple(map(sub, sums, part.sums)) for part in parts if any(part.sums)}
        agreeing = [name for name in sorted(without) if evidence.alike(without[name], other, only=money)]
        if agreeing:  # the one whose going also makes the money agree, else the newest
            priced = (name for name in agreeing if evidence.alike(without[name], other, only="money"))
            name = next(priced, agreeing[-1])
            text = f"Without the import {name} both sides agree: it states what others state already."
            named = gap.named("duplicate", "ledger" if side == "ledger" else "reference", text)
            return (without[name] if side == "ledger" else gap.ledger), named
    return None


def _multiple(gap: Gap, evidence: Evidence) -> Gap | None:
    """A side that has every count two to five times; two measures at least must say so."""
    counted = [i for i, name in enumerate(evidence.basis.measures) if name != "money"]
    for side, sums, other in (
        ("ledger", gap.ledger, gap.reference),
        ("reference", gap.reference, gap.ledger),
    ):
        if sum(other[i] != 0 for i in counted) < 2:
            continue
        for times in MULTIPLES:
            if all(sums[i] == times * other[i] for i in counted):
                text = f"The {side} has {times} times what the other side has, in every count."
                return gap.named("duplicate", "ledger" if side == "ledger" else "reference", text)
    return None


def _semantics(gap: Gap, basis: Basis) -> Gap | None:
    """A side that counts cached tokens twice, not at all, or in another bucket."""
    if not {"input", "cache_read"} <= set(basis.measures) or not (any(gap.ledger) and any(gap.reference)):
        return None
    ours, theirs = (
        {name: value(basis, sums, name) for name in TOKENS} for sums in (gap.ledger, gap.reference)
    )
    requests = [value(basis, sums, "requests") for sums in (gap.ledger, gap.reference)]
    if ours["output"] != theirs["output"] or requests[0] != requests[1]:
        return None
    if sum(ours.values()) == sum(theirs.values()):
        text = "Both sides have the same tokens in other buckets: one counts cached tokens as plain input."
        return gap.named("token-semantics", None, text)
    for side, more, less in (("ledger", ours, theirs), ("reference", theirs, ours)):
        extra = more["input"] - less["input"]
        cached = {
            "what was read from the cache": less["cache_read"],
            "what was written to the cache": less["cache_write"],
            "what was read from the cache and written to it": less["cache_read"] + less["cache_write"],
        }
        same_cache = all(more[name] == less[name] for name in ("cache_read", "cache_write"))
        for what, amount in cached.items():
            if amount and same_cache and extra == amount:
                text = f"The {side} counts {what} twice: in its bucket, and in the input."
                return gap.named("token-semantics", "ledger" if side == "ledger" else "reference", text)
        uncounted = less["cache_read"] == less["cache_write"] == 0
        if extra == 0 and uncounted and (more["cache_read"] or more["cache_write"]):
            other: Side = "reference" if side == "ledger" else "ledger"
            return gap.named("token-semantics", other, f"The {other} counts no cached tokens.")
    return None


def _late(gap: Gap, evidence: Evidence) -> Gap | None:
    """A side that last heard of the day when its provider could still add to it, and has less in every count."""
    place = (gap.day, stream_of(evidence.basis, gap.labels))
    settled = (gap.day + 1) * DAY_MS + SETTLED_MS
    for side, less, more in (
        ("ledger", gap.ledger, gap.reference),
        ("reference", gap.reference, gap.ledger),
    ):
        mine, theirs = evidence.ledger.heard.get(place), evidence.reference.heard.get(place)
        if side == "reference":
            mine, theirs = theirs, mine
        if mine is None or theirs is None or not mine < min(theirs, settled):
            continue
        if all(a <= b for a, b in zip(less, more, strict=True)):
            text = (
                f"The {side} was last told of this day at {iso(mine)}, when usage could still be added to it "
                f"(until {iso(settled)}); the other side heard of it at {iso(theirs)}."
            )
            return gap.named("late-usage", "ledger" if side == "ledger" else "reference", text)
    return None


def _price(gap: Gap, ledger: Sums, evidence: Evidence) -> Gap:
    ours, theirs = (value(evidence.basis, sums, "money") for sums in (ledger, gap.reference))
    what = "list prices" if evidence.estimated else "amounts"
    if not ours:
        return gap.named("price", "ledger", "The ledger has the usage, and no price for it.")
    if not theirs:
        return gap.named(
            "price", "reference", "The reference states no amount for usage that the ledger has."
        )
    text = f"The tokens agree, and the ledger's {what} are {100 * ours / theirs:.2f} % of the reference's."
    if not _counted(evidence.basis):
        text = f"The ledger's {what} are {100 * ours / theirs:.2f} % of the reference's."
    return gap.named("price", None, text)
