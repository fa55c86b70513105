"""Reading a whole window from its provider: in turn with whoever else asks by the same key, patiently, and bounded.

A window that takes longer than a task has time for is gone on with by the next one (`app.kept_pages`). A provider's
token of a page need not last: where it is refused, the window is begun anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from gramledger.app.kept_pages import KeptPages, Progress, Purpose
from gramledger.app.provider_pages import fetch_page
from gramledger.core import limits
from gramledger.core.fetch_cursors import Counts
from gramledger.core.problems import Busy, Problem, ReplyUnknown, RequestRefused, WindowTooLarge
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import Page, Result, Setback, WindowRequest
from gramledger.core.throttle import RATES, Rate, backoff_ms, full
from gramledger.ports import World

ATTEMPTS = 6
"""How often one page is asked for before the window is given up for this time."""

WINDOW_MS = 700_000
"""A window that takes longer is gone on with later: a function ends after 15 minutes, and has done others before it."""

PAUSE_MS = 60_000
"""A wait up to this long is sat out; the state machine waits where it is longer."""

PATIENCE_MS = 3_600_000
"""A provider that wants to be left alone for longer is asked again in the next run."""


@dataclass(slots=True)
class Reading:
    """What was read of a window so far, and what reading it took just now (`fetch_cursors.EFFORTS`)."""

    began: int
    results: list[Result] = field(default_factory=list)
    pages: int = 0
    seen: list[str] = field(default_factory=list)
    """The tokens of pages, in short: none may come twice."""
    efforts: Counts = field(default_factory=dict)
    kept: int = 0
    """How many of the results are kept already."""
    parts: tuple[str, ...] = ()
    """The names of the parts that they are kept in."""

    def note(self, name: str) -> None:
        """Count one more of something."""
        self.efforts[name] = self.efforts.get(name, 0) + 1


@dataclass(frozen=True, slots=True)
class Later:
    """The window cannot be read to its end now, but after so many ms it may be gone on with."""

    ms: int
    efforts: Counts


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The window could not be read this time, for a reason of the provider's (`pages.SetbackKind`)."""

    code: str
    efforts: Counts


def read_window(
    world: World,
    key: ProviderKey,
    window: WindowRequest,
    *,
    rates: Mapping[str, Rate] = RATES,
    purpose: Purpose = "fetch",
) -> Reading | Later | GivenUp:
    """All results of a window; where there is no time for that, Later, and what was read is kept.

    Raises WindowTooLarge, ReplyUnknown where the pages never end, and the problems of `fetch_page`.
    """
    kept = KeptPages(world, key, window, purpose)
    try:
        found = _read(world, key, window, kept, rates[key.provider])
    except Busy:
        raise
    except Problem:
        kept.forget()
        raise
    if not isinstance(found, Later):
        kept.forget()
    return found


def _read(
    world: World, key: ProviderKey, window: WindowRequest, kept: KeptPages, rate: Rate
) -> Reading | Later | GivenUp:
    now = world.clock.now_ms()
    until = now + WINDOW_MS
    reading, request = Reading(now), window
    known = kept.find()
    if known is not None:
        progress, results = known
        reading = Reading(
            progress.began,
            results,
            progress.pages,
            list(progress.seen),
            kept=len(results),
            parts=progress.parts,
        )
        request = window.following(progress.following)
    while True:
        try:
            page = _patiently(world, key, request, reading, rate=rate, until=until)
        except RequestRefused:
            if request.page is None or "restarted" in reading.efforts:
                raise
            kept.forget()
            reading, request = Reading(world.clock.now_ms(), efforts=reading.efforts), window
            reading.note("restarted")
            continue
        if isinstance(page, Later):
            _keep(kept, reading, request)
        if not isinstance(page, Page):
            return page
        reading.results += page.results
        reading.pages += 1
        reading.note("pages")
        if page.following is None:
            return reading
        _check_bounds(window, reading, page.following)
        request = window.following(page.following)


def _check_bounds(window: WindowRequest, reading: Reading, following: str) -> None:
    """Note the token of the next page. Raises ReplyUnknown where it has come before, and WindowTooLarge."""
    short = hashlib.sha256(following.encode()).hexdigest()[:16]
    if short in reading.seen:
        raise ReplyUnknown(
            f"{window.endpoint.title}: the provider names a page as the next one that it has named before, so its "
            "pages have no end. Try again later; if it stays so, tell the provider."
        )
    reading.seen.append(short)
    if reading.pages >= limits.WINDOW_PAGES or len(reading.results) > limits.WINDOW_RESULTS:
        raise WindowTooLarge(
            f"{window.endpoint.title}: one day has more than {limits.WINDOW_PAGES:,} pages or "
            f"{limits.WINDOW_RESULTS:,} results, which is more than one window may have. Import that day from an "
            "export of the provider.",
            pages=reading.pages,
            results=len(reading.results),
        )


def _keep(kept: KeptPages, reading: Reading, request: WindowRequest) -> None:
    """Keep what was read and is not kept yet."""
    new = reading.results[reading.kept :]
    if request.page is not None and new:
        seen = tuple(reading.seen)
        kept.keep(Progress(reading.began, request.page, reading.pages, seen, reading.parts), new)


def _patiently(
    world: World, key: ProviderKey, window: WindowRequest, reading: Reading, *, rate: Rate, until: int
) -> Page | Later | GivenUp:
    """One page, asked for as often as it makes sense."""
    setback: Setback | None = None
    for attempt in range(ATTEMPTS):
        if world.clock.now_ms() >= until:
            return Later(0, reading.efforts)
        wait = _turn(world, key, rate, until)
        if wait:
            return _later(wait, reading)
        answer = fetch_page(world, key, window)
        if isinstance(answer, Page):
            return answer
        setback = answer
        reading.note("throttled" if answer.kind == "throttled" else "retried")
        now = world.clock.now_ms()
        if answer.retry_after is not None:
            _close(world, key, rate, now + answer.retry_after * 1000)
        elif attempt + 1 < ATTEMPTS:
            world.clock.sleep(backoff_ms(attempt, world.chance.uniform(0.0, 1.0)) / 1000)
    return GivenUp(f"provider-{setback.kind}" if setback else "provider-unavailable", reading.efforts)


def _turn(world: World, key: ProviderKey, rate: Rate, until: int) -> int:
    """Wait for a token of the key's bucket and take it: 0; or how long (ms) one would have to wait, if that is long."""
    while True:
        now = world.clock.now_ms()
        known = world.fetching.throttles.get(key.tenant, key.key_id)
        bucket = known or full(rate, now)
        taken = bucket.taken(rate, now)
        if taken is None:
            wait = bucket.wait_ms(rate, now)
            if wait > PAUSE_MS or now + wait > until:
                return wait
            world.clock.sleep(wait / 1000)
        elif world.fetching.throttles.swap(key.tenant, key.key_id, known, taken):
            return 0


def _close(world: World, key: ProviderKey, rate: Rate, until: int) -> None:
    """Nobody asks by the key until an instant."""
    swapped = False
    while not swapped:
        known = world.fetching.throttles.get(key.tenant, key.key_id)
        closed = (known or full(rate, world.clock.now_ms())).closed(until)
        swapped = closed is None or world.fetching.throttles.swap(key.tenant, key.key_id, known, closed)


def _later(wait: int, reading: Reading) -> Later | GivenUp:
    return (
        Later(wait, reading.efforts)
        if wait <= PATIENCE_MS
        else GivenUp("provider-throttled", reading.efforts)
    )
