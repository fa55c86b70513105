"""What a figure rests on, and what a recalculation asks of the claims of a page.

The figures of a claim follow from the claim and a *basis*. The first one is the basis of its import, which the log
keeps with the claims. A recalculation states another one for the claims that it selects, on the days and of the sources
that were there when it was planned: so what it asks is as fixed as a claim is, and figures depend on no order in which
anything is carried out (docs/decisions/0022).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gramledger.core.iso import iso
from gramledger.core.plain import plain

DAY_LETTERS = len("2025-09-17")


@dataclass(frozen=True, slots=True)
class Basis:
    """All from which figures are calculated: the preset (`id@version`), which names the factors and the engine; what
    the project means by names (which goes before the preset's own aliases); the price file; and the version of the
    tenant's half-hourly intensities, where the preset uses any."""

    preset: str
    aliases: Mapping[str, str] = field(default_factory=dict)
    prices: str = ""
    intensities: str | None = None
    factors: str | None = None
    """Other factors than those that the preset names: for telling apart what a change of both is made of."""

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return {**plain(self), "aliases": dict(sorted(self.aliases.items()))}

    @property
    def name(self) -> str:
        """A text that two bases share only if they are the same."""
        return json.dumps(self.to_json(), sort_keys=True)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Basis:
        """The basis of a JSON object that has these members, and maybe others: a portion of the log, say."""
        return Basis(**{name: form[name] for name in Basis.__dataclass_fields__ if name in form})


@dataclass(frozen=True, slots=True)
class Selection:
    """Which claims are meant: those of the days `first` to `last` (inclusive, None for open) whose model was written as
    one of `models` (None: any; a null stands for claims that name none), or that are about one of the `entries`, pairs
    of instant (ms UTC) and key (None: any). It looks at nothing but the claim, and so selects the same ones for ever.
    """

    first: str | None = None
    last: str | None = None
    models: tuple[str | None, ...] | None = None
    entries: tuple[tuple[int, str], ...] | None = None

    @property
    def everything(self) -> bool:
        """Whether all claims of its days are meant."""
        return self.models is None and self.entries is None

    @property
    def days(self) -> frozenset[str] | None:
        """The only days (`2025-09-17`) that any selected claim can be of; None where that is not known."""
        if self.entries is None:
            return None
        return frozenset(iso(ts)[:DAY_LETTERS] for ts, _ in self.entries)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return {
            "first": self.first,
            "last": self.last,
            "models": None if self.models is None else list(self.models),
            "entries": None if self.entries is None else [list(entry) for entry in self.entries],
        }

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> Selection:
        """The selection of a JSON object that `to_json` gave."""
        models, entries = form["models"], form["entries"]
        return Selection(
            form["first"],
            form["last"],
            None if models is None else tuple(models),
            None if entries is None else tuple((ts, key) for ts, key in entries),
        )


@dataclass(frozen=True, slots=True)
class Ruling:
    """What one recalculation asks of one day: the basis for the selected claims of `sources`, which are those that the
    page had when it was planned. `at` (ms UTC) is the time of calculation that figures by it bear."""

    recalculation_id: str
    at: int
    basis: Basis
    selection: Selection
    sources: frozenset[str]

    def of(self, sources: frozenset[str]) -> Ruling:
        """The same for some of its sources."""
        return replace(self, sources=self.sources & sources)
