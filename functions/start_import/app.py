"""EventBridge "Object Created" under `uploads/`: starts the import's state machine, once for each upload.

A function stands in between because EventBridge cannot name the execution, and its name (the import id) is what
makes repeated events harmless.
"""

from typing import Any

from gramledger.adapters.aws.world import aws_world
from gramledger.app.start_import import start_import
from gramledger.entry.task import task
from gramledger.ports import World


def arrived(world: World, event: dict[str, Any]) -> dict[str, Any]:
    """The id of the import that was started, or None for an object that belongs to none."""
    uploaded = event["detail"]["object"]
    return {"import_id": start_import(world, uploaded["key"], int(uploaded.get("size", 0)))}


handler = task(arrived, aws_world)
