"""The log of records: every import, recalculation, project, preset and mapping is kept in the store beside the claims,
so that the store alone is enough to begin again from.

A version of a record is an object under a name of its own, put after the record itself was swapped; the newest has the
highest name, whoever comes late. Whoever is cut off between the two is called again, and finds the record at rest:
then it is put once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from gramledger.app import keys
from gramledger.core.imports import Import
from gramledger.core.mapping import SavedMapping
from gramledger.core.projects import Project
from gramledger.core.recalculations import Recalculation
from gramledger.core.saved_presets import SavedPreset
from gramledger.core.saved_series import SavedSeries
from gramledger.ports import World
from gramledger.ports.objects import ObjectStore


def log_import(world: World, before: Import | None, after: Import) -> None:
    """Keep what an import has become; how far a running one is gets lost with it, and is not kept."""
    if before is None or before.status != after.status or not after.active:
        place = (after.tenant, after.project_id, after.import_id, after.revision)
        _put(world.store, keys.import_record(*place), after.to_json())


def log_recalculation(world: World, record: Recalculation) -> None:
    """Keep what a recalculation has become."""
    place = (record.tenant, record.project_id, record.recalculation_id, record.revision)
    _put(world.store, keys.recalculation_record(*place), record.to_json())


def log_project(world: World, project: Project) -> None:
    """Keep a project as it is now."""
    _put(
        world.store,
        keys.project_record(project.tenant, project.project_id, project.revision),
        project.to_json(),
    )


def log_preset(world: World, tenant: str, saved: SavedPreset) -> None:
    """Keep a version of a preset."""
    _put(world.store, keys.preset_record(tenant, saved.preset.id, saved.preset.version), saved.to_json())


def log_series(world: World, tenant: str, saved: SavedSeries) -> None:
    """Keep a version of a series of intensities."""
    _put(world.store, keys.series_record(tenant, saved.series, saved.version), saved.to_json())


def log_mapping(world: World, saved: SavedMapping, *, removed_at: int | None = None) -> None:
    """Keep a mapping, or that it was removed."""
    at = saved.saved_at if removed_at is None else max(removed_at, saved.saved_at + 1)
    _put(
        world.store,
        keys.mapping_record(saved.tenant, saved.name, at),
        {"mapping": asdict(saved), "removed": removed_at is not None},
    )


def newest_keys(store: ObjectStore, prefix: str) -> Iterator[str]:
    """The key of the newest version of every record under a prefix."""
    newest = ""
    for key in store.keys(prefix):
        if newest and newest.rpartition("/")[0] != key.rpartition("/")[0]:
            yield newest
        newest = key
    if newest:
        yield newest


def newest_import(store: ObjectStore, tenant: str, project_id: str, import_id: str) -> Import | None:
    """What the log last said of an import of a project; None if it says nothing of it."""
    prefix = f"{keys.import_records(tenant, project_id)}{import_id}/"
    key = next(newest_keys(store, prefix), None)
    return logged_import(store, key) if key else None


def logged_import(store: ObjectStore, key: str) -> Import:
    """The import of a logged record."""
    return Import.from_json(_get(store, key))


def logged_recalculation(store: ObjectStore, key: str) -> Recalculation:
    """The recalculation of a logged record."""
    return Recalculation.from_json(_get(store, key))


def logged_project(store: ObjectStore, key: str) -> Project:
    """The project of a logged record."""
    return Project.from_json(_get(store, key))


def logged_preset(store: ObjectStore, key: str) -> SavedPreset:
    """The preset of a logged record."""
    return SavedPreset.from_json(_get(store, key))


def logged_series(store: ObjectStore, key: str) -> SavedSeries:
    """The version of a series of a logged record."""
    return SavedSeries.from_json(_get(store, key))


def logged_mapping(store: ObjectStore, key: str) -> tuple[SavedMapping, bool]:
    """The mapping of a logged record, and whether it was removed."""
    form = _get(store, key)
    return SavedMapping(**form["mapping"]), form["removed"]


def _put(store: ObjectStore, key: str, form: dict[str, Any]) -> None:
    store.write(key, json.dumps(form, separators=(",", ":"), ensure_ascii=False).encode())


def _get(store: ObjectStore, key: str) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(store.read(key))
    return form
