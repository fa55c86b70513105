"""Backfills: started, watched, paused, resumed and cancelled by administrators."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from gramledger.app.fetch_day import today
from gramledger.app.lookup import Caller
from gramledger.app.provider_keys import find_key
from gramledger.core.backfills import CHUNKS_MAXIMUM, Backfill, Wanted, tally_of
from gramledger.core.fetch_cursors import days_between
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.iso import iso
from gramledger.core.problems import BackfillConflict, InvalidRequest, NotFound
from gramledger.core.providers.endpoints import find_endpoint
from gramledger.core.providers.keys import ProviderKey
from gramledger.ports import World

Form = dict[str, Any]
STARTING_MS = 60_000
"""A backfill without an execution is left alone for so long: it may be about to get one."""

MEMBERS = ("key", "endpoints", "start", "end", "days", "chunk_days", "sleep_ms", "label")


def start_backfill(world: World, caller: Caller, form: object) -> Form:
    """Begin to fetch a stretch of days by a key; the backfill. Raises NotAllowed, NotFound, InvalidRequest, and
    BackfillConflict where the key is disabled."""
    caller.need_admin()
    if not isinstance(form, dict) or not isinstance(form.get("key"), str):
        raise InvalidRequest("The body must be a JSON object with a 'key', by id or label.")
    unknown = sorted(set(form) - set(MEMBERS))
    if unknown:
        raise InvalidRequest(f"Unknown member '{unknown[0]}'. Allowed are {', '.join(MEMBERS)}.")
    key = find_key(world, caller, form["key"])
    wanted = Wanted.from_json(form, today(world))
    if not key.active:
        raise BackfillConflict(
            f"The provider key '{key.label}' is disabled. Enable it first.", key_id=key.key_id
        )
    now = world.clock.now_ms()
    backfill = Backfill(
        tenant=caller.tenant,
        backfill_id=ulid(now, world.chance.bytes(10)),
        key_id=key.key_id,
        endpoints=_endpoints(key, form.get("endpoints")),
        first=wanted.first,
        last=wanted.last,
        chunk_days=wanted.chunk_days,
        sleep_ms=wanted.sleep_ms,
        label=wanted.label,
        requested_by=caller.user,
        created_at=now,
    )
    if len(backfill.spans()) > CHUNKS_MAXIMUM:
        raise InvalidRequest(
            f"The backfill has {len(backfill.spans()):,} chunks; one may have {CHUNKS_MAXIMUM}. Choose larger "
            "'chunk_days', or fewer days.",
            limit=CHUNKS_MAXIMUM,
        )
    world.fetching.backfills.create(backfill)
    _start(world, backfill)
    return _shown(world, backfill)


def get_backfill(world: World, caller: Caller, backfill_id: str) -> Form:
    """A backfill with how far it is. Raises NotAllowed and NotFound."""
    return _shown(world, _find(world, caller, backfill_id))


def list_backfills(
    world: World, caller: Caller, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """Backfills, newest first, and the cursor of the next ones. Raises NotAllowed and InvalidRequest."""
    caller.need_admin()
    if cursor is not None and not is_ulid(cursor):
        raise InvalidRequest(
            f"'{cursor}' is no cursor of this list. Take 'next_cursor' of the answer before it."
        )
    found, further = world.fetching.backfills.page(caller.tenant, limit=limit, before=cursor)
    return [_shown(world, backfill) for backfill in found], further


def pause_backfill(world: World, caller: Caller, backfill_id: str) -> Form:
    """Let a backfill rest after the day that is under way. Raises NotAllowed, NotFound and BackfillConflict."""
    return _shown(world, _changed(world, _find(world, caller, backfill_id), Backfill.pause, "paused"))


def cancel_backfill(world: World, caller: Caller, backfill_id: str) -> Form:
    """End a backfill; what it has fetched stays. Raises as `pause_backfill` does."""
    now = world.clock.now_ms()
    known = _find(world, caller, backfill_id)
    return _shown(world, _changed(world, known, lambda found: found.cancel(now), "cancelled"))


def resume_backfill(world: World, caller: Caller, backfill_id: str) -> Form:
    """Let a backfill go on with the days that are not done, whatever had ended it. Raises as `pause_backfill` does."""
    now = world.clock.now_ms()
    known = _find(world, caller, backfill_id)
    if world.provider_keys.get(known.tenant, known.key_id) is None:
        raise BackfillConflict(
            f"The provider key of the backfill {known.backfill_id} was deleted. Start another one, by another key.",
            key_id=known.key_id,
        )
    if known.status == "running" and _stopped(world, known):
        known = world.fetching.backfills.change(known.tenant, known.backfill_id, Backfill.pause) or known
    resumed = _changed(world, known, lambda found: found.resume(now), "resumed")
    _start(world, resumed)
    return _shown(world, resumed)


def _start(world: World, backfill: Backfill) -> None:
    request = {
        "tenant": backfill.tenant,
        "key_id": backfill.key_id,
        "backfill_id": backfill.backfill_id,
        "resumed": backfill.resumed,
    }
    world.workflows.start("daily_usage", backfill.execution, request)


def _stopped(world: World, backfill: Backfill) -> bool:
    """Whether the execution of a backfill that runs does not run any more, or never came to be."""
    state = world.workflows.state("daily_usage", backfill.execution)
    if state is None:
        return world.clock.now_ms() - backfill.tried_since > STARTING_MS
    return state != "running"


def _changed(
    world: World, known: Backfill, change: Callable[[Backfill], Backfill | None], word: str
) -> Backfill:
    after = world.fetching.backfills.change(known.tenant, known.backfill_id, change)
    if after is None or after.revision == known.revision:
        raise BackfillConflict(
            f"The backfill {known.backfill_id} is '{known.status}' and cannot be {word}.", status=known.status
        )
    return after


def _find(world: World, caller: Caller, backfill_id: str) -> Backfill:
    caller.need_admin()
    known = world.fetching.backfills.get(caller.tenant, backfill_id) if is_ulid(backfill_id) else None
    if known is None:
        raise NotFound(f"There is no backfill '{backfill_id}'. List the backfills.", backfill_id=backfill_id)
    return known


def _endpoints(key: ProviderKey, value: object) -> tuple[str, ...]:
    """The endpoints that a request names; all of the key's when it names none. Raises InvalidRequest."""
    if value is None:
        return key.endpoints
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise InvalidRequest("'endpoints' must be a list of names of endpoints.")
    named = [find_endpoint(key.provider, name).name for name in value]
    other = [name for name in named if name not in key.endpoints]
    if other:
        raise InvalidRequest(
            f"The key '{key.label}' is not for {other[0]}, but for {', '.join(key.endpoints)}."
        )
    return tuple(name for name in key.endpoints if name in named)


def _shown(world: World, backfill: Backfill) -> Form:
    """A backfill as clients see it; its progress is that of the cursors."""
    key = world.provider_keys.get(backfill.tenant, backfill.key_id)
    days = list(days_between(backfill.first, backfill.last))
    total = len(days) * len(backfill.endpoints)
    left = 0
    if key is None:  # and so are its cursors
        left = total - tally_of(backfill.chunks).get("processed", 0)
    for endpoint in backfill.endpoints if key and backfill.status != "completed" else ():
        known = world.fetching.cursors.get(backfill.tenant, backfill.key_id, endpoint)
        left += len(backfill.due(known, backfill.first, backfill.last)) if known else len(days)
    stopped = backfill.status == "running" and _stopped(world, backfill)
    return {
        "backfill_id": backfill.backfill_id,
        "key_id": backfill.key_id,
        "key_label": key.label if key else None,
        "endpoints": list(backfill.endpoints),
        "start": backfill.first,
        "end": backfill.last,
        "chunk_days": backfill.chunk_days,
        "sleep_ms": backfill.sleep_ms,
        "label": backfill.label,
        "status": "stopped" if stopped else backfill.status,
        "windows": {"total": total, "done": total - left},
        "percent": 100 * (total - left) // total,
        "counts": tally_of(backfill.chunks),
        "chunks": [{**asdict(chunk), "ended_at": iso(chunk.ended_at)} for chunk in backfill.chunks],
        "requested_by": backfill.requested_by,
        "created_at": iso(backfill.created_at),
        "resumed_at": iso(backfill.resumed_at),
        "ended_at": iso(backfill.ended_at),
    }


def give_up_fetch(world: World, work: Form) -> None:
    """A step of a run has failed for good: a backfill rests from now on, and can be resumed; a daily fetch has nothing
    to keep, for the next one finds what is missing."""
    if "backfill_id" in work:
        world.fetching.backfills.change(
            work["tenant"],
            work["backfill_id"],
            lambda known: known.pause() if known.resumed == work["resumed"] else None,
        )
