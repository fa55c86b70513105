"""Terms: what a source asks of the claims that were there before it. They are facts of a page, as its claims are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gramledger.core.plain import plain

Strategy = Literal["skip", "update", "fail"]
STRATEGIES: tuple[Strategy, ...] = ("skip", "update", "fail")


@dataclass(frozen=True, slots=True)
class Terms:
    """What one source asks of one day.

    `format` is the format of its file. With `skip` and `fail` a claim that has the key already stays, with `update` it
    gives way. `replaces` says that the day lies in a window that the source replaces: entries of earlier sources of the
    same format (and the same `account`, where the source names one) that it does not state count no longer.
    """

    format: str
    strategy: Strategy = "skip"
    replaces: bool = False
    account: str | None = None

    @property
    def alters(self) -> bool:
        """Whether claims that are there already may have to give way."""
        return self.replaces or self.strategy == "update"

    def covers(self, earlier: Terms | None) -> bool:
        """Whether what an earlier source said is replaced where these terms replace anything."""
        if earlier is None or earlier.format != self.format:
            return False
        return self.account is None or self.account == earlier.account

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all that is not the default."""
        form: dict[str, Any] = {"format": self.format}
        if self.strategy != "skip":
            form["strategy"] = self.strategy
        if self.replaces:
            form["replaces"] = True
        if self.account is not None:
            form["account"] = self.account
        return form

    @staticmethod
    def from_json(form: dict[str, Any]) -> Terms:
        """The terms of a JSON object that `to_json` gave."""
        return Terms(**form)


TermsBySource = Mapping[str, Terms]
"""The terms of all sources of a page, by import id; a source that is not named asks to skip."""


@dataclass(frozen=True, slots=True)
class ImportTerms:
    """What an import asks of all days: its terms, and the window of days (numbers since 1970-01-01, inclusive) that it
    replaces, if any."""

    format: str
    strategy: Strategy = "skip"
    account: str | None = None
    window: tuple[int, int] | None = None

    def of_day(self, day: int) -> Terms:
        """What it asks of one day."""
        replaces = self.window is not None and self.window[0] <= day <= self.window[1]
        return Terms(self.format, self.strategy, replaces, self.account)

    def days_within(self, first: int, last: int) -> range:
        """The days from `first` to `last` (inclusive) that it replaces."""
        if self.window is None:
            return range(0)
        return range(max(first, self.window[0]), min(last, self.window[1]) + 1)

    def to_json(self) -> dict[str, Any]:
        """A JSON object of all members."""
        return plain(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> ImportTerms:
        """The terms of a JSON object that `to_json` gave."""
        window = form["window"]
        return ImportTerms(**{**form, "window": (window[0], window[1]) if window else None})
