"""/v1/projects/{project}/recalculations and /changes: figures calculated anew, and what became of figures.

Apart from the other routes because it reads the log of what was calculated, and starts the machine `recalculate`.
"""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app.changes_between import changes_between
from gramledger.app.recalculation_report import (
    csv_link,
    list_changes,
    list_days,
    list_failures,
    report_of,
)
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    list_recalculations,
    pause_recalculation,
    plan_recalculation,
    resume_recalculation,
    undo_recalculation,
)
from gramledger.entry.http import (
    body_of,
    caller_of,
    created,
    handler_of,
    limit_of,
    query_of,
    router,
    see_other,
)
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.post("/v1/projects/<project>/recalculations")
def new_recalculation(project: str) -> Response[Any]:
    """201 with a recalculation of which a preview is being made."""
    form = body_of(app) if app.current_event.body else {}
    return created(plan_recalculation(world_of(app), caller_of(app), project, form))


@app.get("/v1/projects/<project>/recalculations")
def recalculations(project: str) -> dict[str, Any]:
    """The recalculations of a project, newest first."""
    limit, cursor = limit_of(app, default=20, most=100), query_of(app, "cursor")
    found, further = list_recalculations(aws_world(), caller_of(app), project, limit=limit, cursor=cursor)
    return {"recalculations": found, "next_cursor": further}


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>")
def recalculation_detail(project: str, recalculation_id: str) -> dict[str, Any]:
    """One recalculation: what it is about, how far it is, what it changes."""
    return get_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.post("/v1/projects/<project>/recalculations/<recalculation_id>/confirm")
def confirm(project: str, recalculation_id: str) -> dict[str, Any]:
    """Have a planned recalculation carried out."""
    return confirm_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.post("/v1/projects/<project>/recalculations/<recalculation_id>/pause")
def pause(project: str, recalculation_id: str) -> dict[str, Any]:
    """Let a recalculation rest."""
    return pause_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.post("/v1/projects/<project>/recalculations/<recalculation_id>/resume")
def resume(project: str, recalculation_id: str) -> dict[str, Any]:
    """Let a paused recalculation go on."""
    return resume_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.post("/v1/projects/<project>/recalculations/<recalculation_id>/cancel")
def cancel(project: str, recalculation_id: str) -> dict[str, Any]:
    """Take a recalculation back before its end, or drop one that is planned."""
    return cancel_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.post("/v1/projects/<project>/recalculations/<recalculation_id>/undo")
def undo(project: str, recalculation_id: str) -> dict[str, Any]:
    """Take a recalculation back after its end."""
    return undo_recalculation(aws_world(), caller_of(app), project, recalculation_id)


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>/report")
def report(project: str, recalculation_id: str) -> dict[str, Any]:
    """What a recalculation changes, in all and by model."""
    limit, cursor = limit_of(app, default=100, most=1000), query_of(app, "cursor")
    return report_of(aws_world(), caller_of(app), project, recalculation_id, limit=limit, cursor=cursor)


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>/report/days")
def reported_days(project: str, recalculation_id: str) -> dict[str, Any]:
    """The same by day."""
    limit, cursor = limit_of(app, default=100, most=1000), query_of(app, "cursor")
    return list_days(aws_world(), caller_of(app), project, recalculation_id, limit=limit, cursor=cursor)


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>/report/entries")
def reported_entries(project: str, recalculation_id: str) -> dict[str, Any]:
    """Every entry that changes."""
    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    return list_changes(aws_world(), caller_of(app), project, recalculation_id, limit=limit, cursor=cursor)


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>/report/failures")
def reported_failures(project: str, recalculation_id: str) -> dict[str, Any]:
    """Every entry of which the calculation failed."""
    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    return list_failures(aws_world(), caller_of(app), project, recalculation_id, limit=limit, cursor=cursor)


@app.get("/v1/projects/<project>/recalculations/<recalculation_id>/report.csv")
def report_file(project: str, recalculation_id: str) -> Any:
    """303 to a file of every entry that changes; with `format=link` its address."""
    link = csv_link(aws_world(), caller_of(app), project, recalculation_id)
    return {"url": link} if query_of(app, "format") == "link" else see_other(link)


@app.get("/v1/projects/<project>/changes")
def changes(project: str) -> dict[str, Any]:
    """What became of a project's figures from one instant to another."""
    ends = (query_of(app, "from_as_of"), query_of(app, "to_as_of"))
    days = (query_of(app, "from"), query_of(app, "to"))
    return changes_between(aws_world(), caller_of(app), project, ends=ends, days=days)


handler = handler_of(app)
