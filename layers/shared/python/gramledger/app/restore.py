"""Putting records back from the log, where the table has lost them or knows only older ones.

What a table has that is newer than the log stays, so this may be done at any time, and again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from gramledger.app import keys, log
from gramledger.app.sentinel import remember_shape
from gramledger.core.imports import Import
from gramledger.core.limits import RECORD_SECONDS
from gramledger.ports import World
from gramledger.ports.objects import ObjectStore

READERS = 16
"""Records are independent, and there may be tens of thousands; their round trips overlap."""


def logged_tenants(world: World) -> list[str]:
    """The tenants that the log knows, sorted."""
    return sorted({key.split("/")[1] for key in world.store.keys(keys.RECORDS)})


def restore_records(world: World, tenant: str) -> Counter[str]:
    """Bring the tenant's records to what the log says; how many were put back, by kind."""
    restored: Counter[str] = Counter()
    with ThreadPoolExecutor(READERS) as readers:
        for kind, (versions, restore) in _RESTORED.items():
            logged = versions(world.store, f"{keys.RECORDS}{tenant}/{kind}/")
            restored[kind] += sum(readers.map(partial(restore, world, tenant), logged))
    return +restored


def logged_imports(world: World, tenant: str, project_id: str) -> Iterator[Import]:
    """What the log says of the imports of a project, in the order of their creation."""
    logged = log.newest_keys(world.store, keys.import_records(tenant, project_id))
    with ThreadPoolExecutor(READERS) as readers:
        yield from readers.map(partial(log.logged_import, world.store), logged)


def _project(world: World, _tenant: str, key: str) -> bool:
    return world.projects.restore(log.logged_project(world.store, key))


def _import(world: World, _tenant: str, key: str) -> bool:
    record = log.logged_import(world.store, key)
    since = record.idle_since
    if since is not None and since < world.clock.now_ms() - RECORD_SECONDS * 1000:
        return False
    if not world.jobs.restore(record):
        return False
    if record.status == "completed" and not record.dry_run and record.claims_total:
        remember_shape(world, record)
    return True


def _recalculation(world: World, _tenant: str, key: str) -> bool:
    return world.recalculations.restore(log.logged_recalculation(world.store, key))


def _preset(world: World, tenant: str, key: str) -> bool:
    return world.presets.add(tenant, log.logged_preset(world.store, key))


def _series(world: World, tenant: str, key: str) -> bool:
    return world.intensities.add(tenant, log.logged_series(world.store, key))


def _mapping(world: World, tenant: str, key: str) -> bool:
    saved, removed = log.logged_mapping(world.store, key)
    known = world.mappings.get(tenant, saved.name)
    at = int(key.rpartition("/")[2].partition(".")[0])
    if removed:
        if known is None or known.saved_at >= at:
            return False
        world.mappings.delete(tenant, saved.name)
        return True
    if known is not None and known.saved_at >= at:
        return False
    world.mappings.put(saved)
    return True


def _every_key(store: ObjectStore, prefix: str) -> Iterator[str]:
    """Of presets and intensities every version stays in use."""
    return store.keys(prefix)


_Versions = Callable[[ObjectStore, str], Iterator[str]]

_RESTORED: dict[str, tuple[_Versions, Callable[[World, str, str], bool]]] = {
    "projects": (log.newest_keys, _project),
    "presets": (_every_key, _preset),
    "intensities": (_every_key, _series),
    "mappings": (log.newest_keys, _mapping),
    "imports": (log.newest_keys, _import),
    "recalculations": (log.newest_keys, _recalculation),
}
