"""How far each key has been fetched, and forgetting it, so that days are fetched anew."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from gramledger.app.fetch_day import cursor_of, today
from gramledger.app.lookup import Caller
from gramledger.app.provider_keys import find_key, list_keys
from gramledger.core.fetch_cursors import WINDOWS_KEPT, FetchCursor, day_before
from gramledger.core.iso import iso
from gramledger.core.problems import InvalidRequest
from gramledger.core.providers.keys import ProviderKey
from gramledger.ports import World

Form = dict[str, Any]


def fetch_status(world: World, caller: Caller, key: str | None) -> list[Form]:
    """How far each endpoint of a key (None: of all keys) has been fetched. Raises NotAllowed and NotFound."""
    keys = [find_key(world, caller, key)] if key is not None else list_keys(world, caller)
    day = today(world)
    return [
        _shown(known, endpoint, world.fetching.cursors.get(known.tenant, known.key_id, endpoint), day)
        for known in keys
        for endpoint in known.endpoints
    ]


def fetch_windows(world: World, caller: Caller, key: str, endpoint: str) -> list[Form]:
    """What is known of each day of an endpoint of a key, oldest first. Raises NotAllowed, NotFound, InvalidRequest."""
    found = find_key(world, caller, key)
    _check_endpoint(found, endpoint)
    cursor = world.fetching.cursors.get(found.tenant, found.key_id, endpoint)
    return [
        {
            "day": day,
            "in_ledger": window.held,
            "import_id": window.import_id,
            "checked_at": iso(window.done_at),
            "pending": {**asdict(window.pending), "at": iso(window.pending.at)} if window.pending else None,
            "failed_at": iso(window.failed_at),
            "code": window.code,
            "counts": window.counts,
        }
        for day, window in (cursor.windows if cursor else {}).items()
    ]


def reset_cursor(world: World, caller: Caller, form: object) -> list[Form]:
    """Forget what is known of a key's days: {"key", "from", "endpoint"}; without an endpoint, of all of them. The
    ledger stays as it is until the days are fetched again. Raises NotAllowed, NotFound and InvalidRequest."""
    caller.need_admin()
    if not isinstance(form, dict) or not {"key", "from"} <= set(form) <= {"key", "from", "endpoint"}:
        raise InvalidRequest("The body must be a JSON object with 'key' and 'from', and maybe an 'endpoint'.")
    if not isinstance(form["key"], str):
        raise InvalidRequest("'key' must be the id or the label of a provider key.")
    key, since = find_key(world, caller, form["key"]), _day(form["from"], today(world))
    endpoint = form.get("endpoint")
    if endpoint is not None:
        _check_endpoint(key, endpoint)
    for name in key.endpoints if endpoint is None else (endpoint,):
        cursor_of(world, key, name)
        world.fetching.cursors.change(key.tenant, key.key_id, name, lambda known: known.reset(since))
    return fetch_status(world, caller, key.key_id)


def _check_endpoint(key: ProviderKey, endpoint: object) -> None:
    if endpoint not in key.endpoints:
        raise InvalidRequest(
            f"The key '{key.label}' is for {', '.join(key.endpoints)}, not for {endpoint!r}."
        )


def _day(value: object, before: str) -> str:
    try:
        day = date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or day != value or day >= before:
        raise InvalidRequest(
            f"'from' must be a day before today such as {day_before(before)}; it is {value!r}."
        )
    earliest = day_before(before, WINDOWS_KEPT)
    if day < earliest:
        raise InvalidRequest(
            f"'from' is {day}; a cursor remembers no day before {earliest}. Name that or a later one."
        )
    return day


def _shown(key: ProviderKey, endpoint: str, cursor: FetchCursor | None, day: str) -> Form:
    """An endpoint of a key as clients see it; without a cursor nothing has been fetched yet."""
    known = cursor or FetchCursor(key.tenant, key.key_id, endpoint, day)
    return {
        "cursor": known.name,
        "key_id": key.key_id,
        "key_label": key.label,
        "provider": key.provider,
        "endpoint": endpoint,
        "status": key.status,
        "since": cursor.since if cursor else None,
        "through": known.through,
        "gaps": known.gaps(),
        "pending": [name for name, window in known.windows.items() if window.pending],
        "failing": {name: window.code for name, window in known.windows.items() if window.code},
        "succeeded_at": iso(known.succeeded_at),
        "counts": known.tally,
        "issues": known.issues,
    }
