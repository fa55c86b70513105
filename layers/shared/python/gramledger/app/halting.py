"""Steps whose import ends while they work: it was cancelled, say, and its file and its objects were removed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from gramledger.app.lookup import find_import, require_turn
from gramledger.ports import World

Step = TypeVar("Step", bound=Callable[..., Any])


def halts(step: Step) -> Step:
    """The step of an import (world, tenant, import_id, ...) that raises ImportConflict where what it looks for is
    gone and its turn is over: then nothing is missing, and nobody has made a mistake."""

    @wraps(step)
    def stepping(world: World, tenant: str, import_id: str, *arguments: Any, **options: Any) -> Any:
        try:
            return step(world, tenant, import_id, *arguments, **options)
        except KeyError:
            record = find_import(world, tenant, import_id)
            require_turn(record, confirmed=options.get("confirmed", False) or record.goes_on_by_itself)
            raise

    return cast("Step", stepping)
