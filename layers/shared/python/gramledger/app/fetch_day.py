"""One UTC day of one endpoint of a key: fetched, imported, and known to be in the ledger.

A fetched day is an import like any other, which replaces what the same key said of the day before. Which import that is
stands in the key's cursor before it exists, and the cursor moves when it has completed: so whatever is cut off is found
again, and nothing is imported twice.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from gramledger.app import keys
from gramledger.app.fetch_pages import GivenUp, Later, Reading, read_window
from gramledger.app.lookup import change_import
from gramledger.app.place import place_import
from gramledger.core.fetch_cursors import GAP_DAYS, OUTCOMES, Counts, FetchCursor, Pending, added, day_before
from gramledger.core.identity import ulid
from gramledger.core.imports import FETCHED, Import
from gramledger.core.iso import iso
from gramledger.core.options import Options
from gramledger.core.problems import Busy, NotFound, Problem
from gramledger.core.providers.document import document_of
from gramledger.core.providers.endpoints import Endpoint
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import WindowRequest
from gramledger.core.throttle import RATES, Rate
from gramledger.ports import World

POLL_SECONDS = 1.0
WATCH_MS = 20_000
"""So long an import is watched; then the state machine waits for it instead, and asks again after some seconds."""

WATCH_AGAIN_SECONDS = 3

STUCK_MS = 3_600_000
"""An import that has not gone on for so long is left to the sweep, and its day to the next run."""

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Fetch:
    """What is fetched: a day of an endpoint by a key, at somebody's request."""

    key: ProviderKey
    endpoint: Endpoint
    day: str
    by: str

    @property
    def window(self) -> WindowRequest:
        """The request of its first page."""
        start = int(datetime.fromisoformat(self.day).replace(tzinfo=UTC).timestamp())
        return WindowRequest(self.endpoint, start, start + DAY_SECONDS)


@dataclass(frozen=True, slots=True)
class Ended:
    """The day is in the ledger (`code` None), or was missed for the reason of that code; then `refused` says that the
    provider will refuse every other day of the endpoint as well. `counts` are for telemetry."""

    counts: Counts
    issues: Counts
    code: str | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The day has not come to its end; look again after so many seconds. `counts` are for telemetry."""

    seconds: int
    counts: Counts = field(default_factory=dict)
    importing: bool = False
    """Whether it waits for an import; that ends, or is left alone after STUCK_MS."""


REFUSED = frozenset(("provider-key-refused", "provider-scopes-missing", "provider-key-conflict", "not-found"))
"""What holds for all days of an endpoint."""


def fetch_day(world: World, fetch: Fetch, *, rates: Mapping[str, Rate] = RATES) -> Ended | Waiting:
    """Bring a day closer to its end, most often there. May be called again after any interruption."""
    pending = cursor_of(world, fetch.key, fetch.endpoint.name).window(fetch.day).pending
    if pending is not None and _has_its_file(world, fetch, pending):
        return _watch(world, fetch, pending)
    try:
        reading = read_window(world, fetch.key, fetch.window, rates=rates)
        if isinstance(reading, Later):
            efforts = reading.efforts
            _changed(world, fetch, lambda known: known.noted(efforts))
            return _later(reading)
        if isinstance(reading, GivenUp):
            return _missed(world, fetch, reading.code, efforts=reading.efforts)
        return _take_in(world, fetch, reading)
    except Busy:
        raise
    except Problem as problem:
        return _missed(world, fetch, problem.code)


def give_up_day(world: World, fetch: Fetch, counts: Counts) -> Ended:
    """Leave a day, and with it the others of its endpoint, to the next run: the provider has held it up for too long.
    `counts` are those of the last attempt."""
    missed = _missed(world, fetch, "provider-throttled")
    return replace(missed, counts=added(missed.counts, counts), refused=True)


def fetch_dry(world: World, fetch: Fetch, *, rates: Mapping[str, Rate] = RATES) -> str | Waiting:
    """Fetch a day once more as an import that writes nothing, to compare it with the ledger; the import's id.

    Raises the problems of `read_window`, and Busy where the provider gives no whole answer.
    """
    reading = read_window(world, fetch.key, fetch.window, rates=rates, purpose="comparison")
    if isinstance(reading, Later):
        return _later(reading)
    if isinstance(reading, GivenUp):
        raise Busy(f"The provider gave no whole answer ({reading.code}). Try again later.")
    pending, content = _begun(world, fetch, reading, world.clock.now_ms())
    place_import(world, replace(_import_of(world, fetch, pending), dry_run=True), content)
    return pending.import_id


def cursor_of(world: World, key: ProviderKey, endpoint: str) -> FetchCursor:
    """The cursor of an endpoint of a key, made if there is none: its first days are the last ones before today. Raises
    Busy where the key was removed meanwhile."""
    cursors = world.fetching.cursors
    known = cursors.get(key.tenant, key.key_id, endpoint)
    if known is None:
        if world.provider_keys.get(key.tenant, key.key_id) is None:
            raise Busy("The provider key was removed meanwhile.")
        since = day_before(today(world), GAP_DAYS)
        cursors.create(FetchCursor(key.tenant, key.key_id, endpoint, since))
        known = cursors.get(key.tenant, key.key_id, endpoint)
    if known is None:
        raise Busy("The cursor of the key could not be read. Try again.")
    return known


def today(world: World) -> str:
    """The UTC day that is not over yet."""
    return iso(world.clock.now_ms())[:10]


def _has_its_file(world: World, fetch: Fetch, pending: Pending) -> bool:
    record = world.jobs.get(fetch.key.tenant, pending.import_id)
    if record is None:
        return False
    return (
        record.status != "waiting"
        or world.uploads.size(keys.upload(record.tenant, record.import_id)) is not None
    )


def _take_in(world: World, fetch: Fetch, reading: Reading) -> Ended | Waiting:
    """Import what was read, unless the ledger has it already."""
    window = cursor_of(world, fetch.key, fetch.endpoint.name).window(fetch.day)
    begun, content = _begun(world, fetch, reading, window.next_at(world.clock.now_ms()))
    before = window.pending
    if before is None and window.sha256 == begun.sha256:
        return _unchanged(world, fetch, begun.sha256, reading.efforts)
    if before is None or before.sha256 != begun.sha256:
        after = _changed(world, fetch, lambda known: known.begin(fetch.day, begun, instead_of=before))
        if after.window(fetch.day).pending != begun:  # somebody else has begun another one meanwhile
            return Waiting(1)
        _discard(world, fetch, before)
    else:  # the import is known and its file never came: it gets the file that it was to have
        begun = before
        content = document_of(fetch.window, fetch.key.key_id, reading.results, fetched_at=begun.at).content
    place_import(world, _import_of(world, fetch, begun), content)
    return _watch(world, fetch, begun)


def _unchanged(world: World, fetch: Fetch, sha256: str, efforts: Counts) -> Ended | Waiting:
    """The ledger has what was read, unless somebody else has begun an import meanwhile."""
    now = world.clock.now_ms()
    after = _changed(world, fetch, lambda known: known.confirm(fetch.day, sha256, now, efforts))
    window = after.window(fetch.day)
    if window.pending is not None or window.sha256 != sha256:
        return Waiting(1)
    _note_success(world, fetch, now)
    return Ended({"processed": 1, "unchanged": 1, **efforts}, {})


def _begun(world: World, fetch: Fetch, reading: Reading, at: int) -> tuple[Pending, bytes]:
    """An import that may begin at an instant, and its file."""
    document = document_of(fetch.window, fetch.key.key_id, reading.results, fetched_at=at)
    import_id = ulid(at, world.chance.bytes(10))
    return Pending(import_id, document.digest, at, reading.efforts), document.content


def _import_of(world: World, fetch: Fetch, pending: Pending) -> Import:
    """The import of a day. Raises NotFound where the key's project is none any more."""
    key, endpoint = fetch.key, fetch.endpoint
    project = world.projects.get(key.tenant, key.project_id)
    if project is None:
        raise NotFound(f"The provider key '{key.label}' feeds a project that does not exist.")
    origin = {
        "kind": FETCHED,
        "provider": key.provider,
        "provider_key": key.key_id,
        "endpoint": endpoint.name,
        "day": fetch.day,
    }
    return Import(
        tenant=key.tenant,
        import_id=pending.import_id,
        project_id=project.project_id,
        project_name=project.name,
        filename=f"{endpoint.id.replace('/', '-')}-{fetch.day}.jsonl",
        requested_by=fetch.by,
        created_at=pending.at,
        phase_at=pending.at,
        options=Options(
            format=endpoint.format,
            allow_drift=True,  # the replies are checked, and a day of one model looks unlike one of many
            on_conflict="update",
            mode="replace",
            window={"from": fetch.day, "to": fetch.day},
            account=key.account,
        ),
        origin=origin,
    )


def _discard(world: World, fetch: Fetch, pending: Pending | None) -> None:
    """An import whose file never came gets none any more."""
    record = world.jobs.get(fetch.key.tenant, pending.import_id) if pending else None
    if record is not None:
        now = world.clock.now_ms()
        change_import(
            world, record, lambda known: known.cancel(now, by=fetch.by) if known.status == "waiting" else None
        )


def _watch(world: World, fetch: Fetch, pending: Pending) -> Ended | Waiting:
    """Wait a little for the end of an import, and keep what it was."""
    until = world.clock.now_ms() + WATCH_MS
    while True:
        record = world.jobs.get(fetch.key.tenant, pending.import_id)
        now = world.clock.now_ms()
        if record is not None and record.finished:
            return _ended(world, fetch, record)
        if record is not None and not record.active and record.status != "waiting":
            return _missed(world, fetch, "import-waits")  # somebody has paused it
        if now - max(pending.at, record.phase_at if record else 0) > STUCK_MS:
            return _missed(world, fetch, "import-slow")
        if now >= until:
            return Waiting(WATCH_AGAIN_SECONDS, importing=True)
        world.clock.sleep(POLL_SECONDS)


def _ended(world: World, fetch: Fetch, record: Import) -> Ended:
    """The import has come to its end: where it completed, the cursor moves."""
    now = world.clock.now_ms()
    if record.status != "completed" or record.receipt is None:
        code = str((record.problem or {}).get("code") or f"import-{record.status}")
        return _missed(world, fetch, code, import_id=record.import_id)
    counts, issues = _outcomes(record.receipt), dict(record.receipt["rejects_by_code"])
    counts["pricing_fallbacks"] = _without_price(world, fetch)
    after = _changed(
        world, fetch, lambda known: known.settle(fetch.day, record.import_id, now, counts, issues)
    )
    _note_success(world, fetch, now)
    kept = after.window(fetch.day).counts if after.window(fetch.day).done_at == now else {}
    return Ended(added({"processed": 1}, kept or counts), issues)


def _outcomes(receipt: Mapping[str, Any]) -> Counts:
    """What became of the rows of a fetched day (`fetch_cursors.OUTCOMES`)."""
    there = receipt["duplicate_identical"] + receipt["duplicate_differing"]
    numbers = (receipt["imported"], receipt["updated"], there, receipt["rejected"])
    return dict(zip(OUTCOMES, numbers, strict=True))


def _without_price(world: World, fetch: Fetch) -> int:
    """Entries of the day with tokens whose models the price table does not know."""
    head = world.ledger.head(fetch.key.tenant, fetch.key.project_id, fetch.day)
    groups = (
        [group for group in head.groups if group.label("format") == fetch.endpoint.format] if head else []
    )
    return sum(group.with_value("output") - group.with_value("list_price") for group in groups)


def _missed(
    world: World, fetch: Fetch, code: str, *, import_id: str | None = None, efforts: Counts | None = None
) -> Ended:
    now = world.clock.now_ms()
    cursor_of(world, fetch.key, fetch.endpoint.name)
    _changed(
        world, fetch, lambda known: known.miss(fetch.day, now, code, import_id=import_id, efforts=efforts)
    )
    return Ended(added({"missed": 1}, efforts or {}), {code: 1}, code, refused=code in REFUSED)


def _changed(world: World, fetch: Fetch, change: Callable[[FetchCursor], FetchCursor | None]) -> FetchCursor:
    """The cursor after a pure change. Raises Busy where it was removed meanwhile."""
    key = fetch.key
    after = world.fetching.cursors.change(key.tenant, key.key_id, fetch.endpoint.name, change)
    if after is None:
        raise Busy("The cursor of the key was removed meanwhile. Try again.")
    return after


def _note_success(world: World, fetch: Fetch, at: int) -> None:
    key = fetch.key
    world.provider_keys.change(key.tenant, key.key_id, lambda known: known.succeeded(fetch.endpoint.name, at))


def _later(later: Later) -> Waiting:
    return Waiting(max(1, math.ceil(later.ms / 1000)), later.efforts)
