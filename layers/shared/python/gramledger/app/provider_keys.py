"""Provider keys of a tenant: registered after the provider was asked, checked, given new secrets, disabled, removed.

A secret goes from the request into the secrets' store and from there into requests to its provider; it is in no record,
answer, problem or log line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from gramledger.app.lookup import Caller, find_project
from gramledger.app.provider_pages import ask, secret_of
from gramledger.core.backfills import Backfill
from gramledger.core.identity import is_ulid, ulid
from gramledger.core.limits import PROVIDER_KEYS
from gramledger.core.problems import (
    InvalidRequest,
    KeyConflict,
    KeyRefused,
    NotFound,
    Problem,
    ProviderUnavailable,
    ReplyUnknown,
    RequestRefused,
    ScopesMissing,
)
from gramledger.core.providers.endpoints import find_endpoint
from gramledger.core.providers.key_forms import read_new_key, read_rotation
from gramledger.core.providers.keys import Check, ProviderKey, Status
from gramledger.core.providers.pages import Setback, WindowRequest
from gramledger.ports import World

DAY_MS = 86_400_000


def create_key(world: World, caller: Caller, form: object) -> ProviderKey:
    """Register a key; its project is fed from then on. `form` is `key_forms.NewKey`; a repeated request (app.once)
    finds the same.

    Raises NotAllowed, InvalidRequest, NotFound for the project, KeyConflict where the label is taken, and, where the
    provider is asked, what it says: KeyRefused, ScopesMissing, RequestRefused, ReplyUnknown, ProviderUnavailable.
    """
    caller.need_admin()
    wanted = read_new_key(form)
    project = find_project(world, caller.tenant, wanted.project)
    now = world.clock.now_ms()
    key_id, secret_id = (ulid(now, world.chance.bytes(10)) for _ in range(2))
    others = [known for known in world.provider_keys.list(caller.tenant) if known.key_id != key_id]
    if len(others) >= PROVIDER_KEYS:
        raise InvalidRequest(
            f"There are {len(others)} provider keys; a tenant may have {PROVIDER_KEYS}. Delete one first."
        )
    if any(known.label.casefold() == wanted.label.casefold() for known in others):
        raise KeyConflict(
            f"There is a provider key '{wanted.label}' already. Choose another label, or rotate it."
        )
    checks = _demand(world, wanted.provider, wanted.endpoints, wanted.secret) if wanted.check else {}
    key = ProviderKey(
        tenant=caller.tenant,
        key_id=key_id,
        provider=wanted.provider,
        label=wanted.label,
        project_id=project.project_id,
        endpoints=wanted.endpoints,
        secret_id=secret_id,
        created_at=now,
        created_by=caller.user,
        checks=checks,
    )
    world.secrets.keep(caller.tenant, key.secret_name, wanted.secret)
    world.provider_keys.create(key)
    return key


def rotate_key(world: World, caller: Caller, key_id: str, form: object) -> ProviderKey:
    """Give a key another secret; the one before is removed. Raises as `create_key` does, and NotFound."""
    key = find_key(world, caller, key_id)
    secret, check = read_rotation(form)
    now = world.clock.now_ms()
    secret_id = ulid(now, world.chance.bytes(10))
    checks = _demand(world, key.provider, key.endpoints, secret) if check else {}

    def change(known: ProviderKey) -> ProviderKey | None:
        rotated = known.rotated(secret_id, now)
        return rotated.checked(checks) if rotated else None

    name = f"{key.key_id}/{secret_id}"
    world.secrets.keep(caller.tenant, name, secret)
    rotated = world.provider_keys.change(caller.tenant, key.key_id, change)
    if rotated is None:
        world.secrets.delete(caller.tenant, name)
        raise _not_found(key_id)
    for replaced in rotated.replaced_names:
        world.secrets.delete(caller.tenant, replaced)
    settled = world.provider_keys.change(
        caller.tenant, key.key_id, lambda known: known.without_replaced(rotated.replaced)
    )
    return _changed(settled, key_id)


def check_key(world: World, caller: Caller, key_id: str) -> ProviderKey:
    """Ask the provider if the key may read its endpoints, and keep what it says. Raises NotAllowed, NotFound and
    KeyConflict where the key has no secret."""
    key = find_key(world, caller, key_id)
    secret = secret_of(world, key)
    found = {name: _answer(world, key.provider, name, secret)[0] for name in key.endpoints}

    def change(known: ProviderKey) -> ProviderKey | None:
        return known.checked(found) if known.secret_id == key.secret_id else None

    return _changed(world.provider_keys.change(caller.tenant, key.key_id, change), key_id)


def set_status(world: World, caller: Caller, key_id: str, status: Status) -> ProviderKey:
    """Enable or disable a key: a disabled one is asked nothing. Raises NotAllowed and NotFound."""
    key = find_key(world, caller, key_id)
    changed = world.provider_keys.change(caller.tenant, key.key_id, lambda known: known.with_status(status))
    return _changed(changed, key_id)


def delete_key(world: World, caller: Caller, key_id: str) -> ProviderKey:
    """Remove a key and its secret; what it was. How far it was fetched is forgotten, its backfills are cancelled; what
    was imported by it stays, and so do the records of its imports and backfills. Raises NotAllowed and NotFound.

    Who is cut off may do it again: the key's record goes last.
    """
    key = find_key(world, caller, key_id)
    for name in (
        *key.replaced_names,
        key.secret_name,
    ):  # first, so that nobody loses sight of them when cut off
        world.secrets.delete(caller.tenant, name)
    _cancel_backfills(world, key)
    _forget_fetching(world, key)
    world.provider_keys.delete(caller.tenant, key.key_id)
    _forget_fetching(world, key)  # what a fetch that was under way has noted meanwhile
    return key


def _cancel_backfills(world: World, key: ProviderKey) -> None:
    before = None
    while True:
        found, before = world.fetching.backfills.page(key.tenant, limit=100, before=before)
        now = world.clock.now_ms()
        for known in found:
            if known.key_id == key.key_id and known.status in ("running", "paused"):
                world.fetching.backfills.change(
                    key.tenant, known.backfill_id, partial(Backfill.cancel, at=now)
                )
        if before is None:
            return


def _forget_fetching(world: World, key: ProviderKey) -> None:
    world.fetching.cursors.delete(key.tenant, key.key_id)
    world.fetching.throttles.delete(key.tenant, key.key_id)


def list_keys(world: World, caller: Caller) -> list[ProviderKey]:
    """All keys of the caller's tenant, oldest first. Raises NotAllowed."""
    caller.need_admin()
    return world.provider_keys.list(caller.tenant)


def find_key(world: World, caller: Caller, name_or_id: str) -> ProviderKey:
    """The key of that id or label. Raises NotAllowed and NotFound."""
    caller.need_admin()
    key = world.provider_keys.get(caller.tenant, name_or_id) if is_ulid(name_or_id) else None
    if key is None:
        same = name_or_id.casefold()
        named = (known for known in world.provider_keys.list(caller.tenant) if known.label.casefold() == same)
        key = next(named, None)
    if key is None:
        raise _not_found(name_or_id)
    return key


def _demand(world: World, provider: str, endpoints: Sequence[str], secret: str) -> Mapping[str, Check]:
    """What the provider says of every endpoint. Raises the problem of the first that the key may not read."""
    answers = {name: _answer(world, provider, name, secret) for name in endpoints}
    for problem in (problem for _, problem in answers.values() if problem):
        problem.facts["endpoints_allowed"] = [name for name, (check, _) in answers.items() if check.passed]
        raise problem
    return {name: check for name, (check, _) in answers.items()}


def _answer(world: World, provider: str, name: str, secret: str) -> tuple[Check, Problem | None]:
    """Whether a secret may read an endpoint, asked for the day before today; and the problem if not."""
    now = world.clock.now_ms()
    today = now // DAY_MS * 86_400
    window = WindowRequest(find_endpoint(provider, name), today - 86_400, today)
    problem: Problem
    try:
        found = ask(world, secret, window)
    except (KeyRefused, ScopesMissing, RequestRefused, ReplyUnknown) as refusal:
        problem = refusal
    else:
        if not isinstance(found, Setback):
            return Check(now), None
        problem = ProviderUnavailable(
            f"{found.detail}, so it is not known whether the key may read {window.endpoint.title}. Try again later, or "
            "without a check.",
            endpoint=window.endpoint.id,
            retry_after=found.retry_after,
        )
    return Check(now, problem.code, problem.detail), problem


def _changed(key: ProviderKey | None, key_id: str) -> ProviderKey:
    if key is None:
        raise _not_found(key_id)
    return key


def _not_found(key_id: str) -> NotFound:
    return NotFound(f"There is no provider key '{key_id}'. List the keys.", key_id=key_id)
