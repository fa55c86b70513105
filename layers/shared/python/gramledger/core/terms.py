"""Terms: what a source asks of the claims that were there before it. They are facts of a page, as its claims are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

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
