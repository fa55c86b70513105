"""/v1/schedules, /v1/backfills and /v1/cursors: what is fetched from providers, when, and how far.

Apart from the other routes because it alone may start fetching.
"""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response

from gramledger import settings
from gramledger.adapters.aws.world import aws_world
from gramledger.app.backfills import (
    cancel_backfill,
    get_backfill,
    list_backfills,
    pause_backfill,
    resume_backfill,
    start_backfill,
)
from gramledger.app.fetch_status import fetch_status, fetch_windows, reset_cursor
from gramledger.app.schedules import list_schedules, run_schedule
from gramledger.core.problems import InvalidRequest, NotAllowed
from gramledger.entry.http import body_of, caller_of, created, handler_of, limit_of, query_of, router
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)
log = Logger()


@app.get("/v1/schedules")
def schedules() -> dict[str, Any]:
    """What the deployment does by schedule."""
    return {"schedules": list_schedules(settings.schedules_from_environment())}


@app.post("/v1/schedules/<name>/run")
def run(name: str) -> Response[Any]:
    """201 with the name of the work that has begun. Whoever may not is logged."""
    caller = caller_of(app)
    try:
        return created(run_schedule(world_of(app), caller, name))
    except NotAllowed:
        log.warning(
            "schedule refused", extra={"schedule": name, "tenant": caller.tenant, "user": caller.user}
        )
        raise


@app.post("/v1/backfills")
def new_backfill() -> Response[Any]:
    """201 with a backfill that has begun."""
    return created(start_backfill(world_of(app), caller_of(app), body_of(app)))


@app.get("/v1/backfills")
def backfills() -> dict[str, Any]:
    """Backfills, newest first."""
    limit, cursor = limit_of(app, default=20, most=100), query_of(app, "cursor")
    found, further = list_backfills(aws_world(), caller_of(app), limit=limit, cursor=cursor)
    return {"backfills": found, "next_cursor": further}


@app.get("/v1/backfills/<backfill_id>")
def backfill_detail(backfill_id: str) -> dict[str, Any]:
    """One backfill with how far it is."""
    return get_backfill(aws_world(), caller_of(app), backfill_id)


@app.post("/v1/backfills/<backfill_id>/pause")
def paused_backfill(backfill_id: str) -> dict[str, Any]:
    """The backfill, which rests."""
    return pause_backfill(world_of(app), caller_of(app), backfill_id)


@app.post("/v1/backfills/<backfill_id>/resume")
def resumed_backfill(backfill_id: str) -> dict[str, Any]:
    """The backfill, which goes on."""
    return resume_backfill(world_of(app), caller_of(app), backfill_id)


@app.post("/v1/backfills/<backfill_id>/cancel")
def cancelled_backfill(backfill_id: str) -> dict[str, Any]:
    """The backfill, which has ended."""
    return cancel_backfill(world_of(app), caller_of(app), backfill_id)


@app.get("/v1/cursors")
def cursors() -> dict[str, Any]:
    """How far each endpoint of the tenant's keys, or of one `key`, has been fetched."""
    return {"cursors": fetch_status(aws_world(), caller_of(app), query_of(app, "key"))}


@app.get("/v1/cursors/windows")
def windows() -> dict[str, Any]:
    """What is known of each day of an `endpoint` of a `key`."""
    key, endpoint = query_of(app, "key"), query_of(app, "endpoint")
    if key is None or endpoint is None:
        raise InvalidRequest("Name a 'key' and one of its endpoints as 'endpoint'.")
    return {"windows": fetch_windows(aws_world(), caller_of(app), key, endpoint)}


@app.post("/v1/cursors/reset")
def reset_cursors() -> dict[str, Any]:
    """The cursors of a key, which know nothing of the days from one on any more."""
    return {"cursors": reset_cursor(world_of(app), caller_of(app), body_of(app))}


handler = handler_of(app)
