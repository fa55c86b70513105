"""Reading a whole window from its provider: in turn with whoever else asks by the same key, patiently, and bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gramledger.app.provider_pages import fetch_page
from gramledger.core import limits
from gramledger.core.fetch_cursors import Counts
from gramledger.core.problems import ReplyUnknown, WindowTooLarge
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import Page, Setback, WindowRequest
from gramledger.core.throttle import RATES, Rate, backoff_ms, full
from gramledger.ports import World

ATTEMPTS = 6
"""How often one page is asked for before the window is given up for this time."""

WINDOW_MS = 700_000
"""A window that takes longer is begun anew later: a function ends after 15 minutes, and has done others before it."""

PAUSE_MS = 60_000
"""A wait up to this long is sat out; the state machine waits where it is longer."""

PATIENCE_MS = 3_600_000
"""A provider that wants to be left alone for longer is asked again in the next run."""


@dataclass(slots=True)
class Reading:
    """The pages of a window so far, and what reading them took (`fetch_cursors.EFFORTS`)."""

    pages: list[Page] = field(default_factory=list)
    efforts: Counts = field(default_factory=dict)

    def note(self, name: str) -> None:
        """Count one more of something."""
        self.efforts[name] = self.efforts.get(name, 0) + 1


@dataclass(frozen=True, slots=True)
class Later:
    """The window cannot be read now, but after so many ms it may be begun anew."""

    ms: int
    efforts: Counts


@dataclass(frozen=True, slots=True)
class GivenUp:
    """The window could not be read this time, for a reason of the provider's (`pages.SetbackKind`)."""

    code: str
    efforts: Counts


def read_window(
    world: World, key: ProviderKey, window: WindowRequest, *, rates: Mapping[str, Rate] = RATES
) -> Reading | Later | GivenUp:
    """All pages of a window.

    Raises WindowTooLarge, ReplyUnknown where the pages never end, and the problems of `fetch_page`.
    """
    rate = rates[key.provider]
    until = world.clock.now_ms() + WINDOW_MS
    reading = Reading()
    tokens: set[str] = set()
    while True:
        page = _patiently(world, key, window, reading, rate=rate, until=until)
        if not isinstance(page, Page):
            return page
        reading.pages.append(page)
        reading.note("pages")
        if page.following is None:
            return reading
        if page.following in tokens:
            raise ReplyUnknown(
                f"{window.endpoint.title}: the provider names a page as the next one that it has named before, so its "
                "pages have no end. Try again later; if it stays so, tell the provider."
            )
        tokens.add(page.following)
        results = sum(len(known.results) for known in reading.pages)
        if len(reading.pages) >= limits.WINDOW_PAGES or results > limits.WINDOW_RESULTS:
            raise WindowTooLarge(
                f"{window.endpoint.title}: one day has more than {limits.WINDOW_PAGES:,} pages or "
                f"{limits.WINDOW_RESULTS:,} results, which is more than one window may have. Import that day from an "
                "export of the provider.",
                pages=len(reading.pages),
                results=results,
            )
        window = window.following(page.following)


def _patiently(
    world: World, key: ProviderKey, window: WindowRequest, reading: Reading, *, rate: Rate, until: int
) -> Page | Later | GivenUp:
    """One page, asked for as often as it makes sense."""
    setback: Setback | None = None
    for attempt in range(ATTEMPTS):
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
