"""Retention: which days of provider windows may be pruned.

A day may lose its entries when they are all windows that a provider was asked for, older than KEPT_DAYS, and every
source that has a say on it was found equal to the provider by a sealed report that names the very head it has now. Its
head stays, and with it all that it adds up to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gramledger.core.heads import Head, day_number
from gramledger.core.imports import FETCHED
from gramledger.core.parity.report import is_whole

KEPT_DAYS = 35
"""How old a day may become with its windows: 30 days in which gaps are found and fetched again, and 5 to do so."""

Verdict = Literal["prune", "empty", "other-entries", "no-report", "not-in-log", "pruned"]
REFUSALS: Mapping[Verdict, str] = {
    "empty": "it has no entries",
    "other-entries": "it has entries that no provider was asked for",
    "no-report": "no sealed report says of its present head that it equals the provider",
    "not-in-log": "the log does not give its page again",
    "pruned": "it is pruned already",
}
"""Why a day is left as it is."""


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """What becomes of a day: pruned or not, how many claims and bytes that is, and which reports vouch for it."""

    project_id: str
    project_name: str
    day: str
    verdict: Verdict
    claims: int
    bytes: int
    reports: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        reason = REFUSALS.get(self.verdict)
        return {**asdict(self), "reports": list(self.reports), **({"reason": reason} if reason else {})}


def is_old(day: str, today: str) -> bool:
    """Whether a day is older than KEPT_DAYS: on that day itself it is not."""
    return day_number(today) - day_number(day) > KEPT_DAYS


def only_windows(head: Head, origins: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether every source of a page is of windows that a provider was asked for."""
    return all(origins.get(source, {}).get("kind") == FETCHED for source in head.members)


def vouched(head: Head, reports: Iterable[Mapping[str, Any]]) -> tuple[str, ...] | None:
    """The reports that together vouch for every source with entries on a page; None where one is vouched for by none.

    A report counts that is whole and names the page's present head.
    """
    needed = {source for source, counts in head.sources.items() if counts.imported + counts.updated}
    used: list[str] = []
    for report in reports:
        said = report["vouches"].get(head.day) if is_whole(report) else None
        if said and said["head"] == head.hash and report["ledger"]["days"].get(head.day) == head.hash:
            if needed & set(said["sources"]):
                used.append(report["report_id"])
            needed -= set(said["sources"])
    return None if needed else tuple(used)
