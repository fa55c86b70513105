"""Tolerances: how far the two sides may be apart before it is a gap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from gramledger.core.claims import NANO
from gramledger.core.members import Members
from gramledger.core.problems import InvalidRequest

Integers = npt.NDArray[np.int64]

_LARGEST = {"tokens": 10**6, "tokens_percent": 10.0, "money": 1000.0, "money_percent": 10.0}
"""The most that may be asked for: beyond, a comparison says nothing any more."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """What one day and combination of dimensions may differ by: the larger one of the amount and the percentage of the
    reference. Tokens and requests are counted, so usually nothing; money is rounded by providers."""

    tokens: int = 0
    tokens_percent: float = 0.0
    money: float = 0.01
    """In whole units of the default currency."""
    money_percent: float = 0.5

    def outside(self, measure: str, ours: Integers, theirs: Integers) -> npt.NDArray[np.bool_]:
        """Where the two sides of a measure are too far apart."""
        apart = np.abs(ours - theirs)
        amount, percent = (
            (round(self.money * NANO), self.money_percent)
            if measure == "money"
            else (self.tokens, self.tokens_percent)
        )
        relative = np.abs(theirs).astype(np.float64) * (percent / 100)
        found: npt.NDArray[np.bool_] = (apart > amount) & (apart > relative)
        return found

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return asdict(self)

    @staticmethod
    def from_json(form: object) -> Tolerances:
        """The tolerances that a request asks for; what it leaves out is as usual. Raises InvalidRequest."""
        if form is None:
            return Tolerances()
        if not isinstance(form, Mapping):
            raise InvalidRequest("'tolerances' must be a JSON object.")
        known = tuple(field.name for field in fields(Tolerances))
        stated = Members(form, what="parity check", where="tolerances", known=known)
        found: dict[str, Any] = {}
        for name, most in _LARGEST.items():
            if name in form:
                found[name] = (
                    stated.whole(name, 0, int(most)) if name == "tokens" else stated.number(name, 0, most)
                )
        return Tolerances(**found)
