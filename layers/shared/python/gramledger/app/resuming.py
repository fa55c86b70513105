"""What a resumed import has still to do: what its tasks had done before it was paused is not done again."""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import read_json
from gramledger.core.imports import Import
from gramledger.ports import World


def what_is_left(world: World, record: Import) -> dict[str, Any] | None:
    """The answer of `plan_csv` for an import that was paused after its plan was made; None where it is to be planned.

    Its days were dealt out once, by the preset of that time, and are not dealt out again.
    """
    if record.phase in ("calculate", "finalize"):
        return {"next": "calculate", "days": {"redo": [], "portions": _portions_left(world, record)}}
    if record.phase in ("parse", "group"):
        return {"next": "parse", "chunks": _chunks_left(world, record)}
    return None


def _portions_left(world: World, record: Import) -> list[dict[str, Any]]:
    place = (record.tenant, record.reading)
    confirmed = record.confirmed_at is not None
    done = {
        task.index
        for task in world.jobs.progress(record.tenant, record.import_id)
        if task.kind == "portion" and task.confirmed == confirmed
    }
    portions = read_json(world.store, keys.days(*place))["portions"]
    return [{"index": index} for index in range(portions) if index not in done]


def _chunks_left(world: World, record: Import) -> list[dict[str, Any]]:
    place = (record.tenant, record.reading)
    done = set(world.store.keys(keys.chunks(*place)))
    chunks = read_json(world.store, keys.plan(*place))["chunks"]
    return [chunk for chunk in chunks if keys.chunk(*place, chunk["index"]) not in done]
