"""/v1/projects/{project}/parity and /v1/retention: comparisons of the ledger with what its provider says, and what goes
when they agree."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app import parity
from gramledger.entry.http import (
    body_if_any,
    caller_of,
    created,
    csv_file,
    handler_of,
    limit_of,
    query_of,
    router,
)
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.post("/v1/projects/<project>/parity")
def new_parity(project: str) -> Response[Any]:
    """201 with a comparison that has begun."""
    return created(parity.start_parity(world_of(app), caller_of(app), project, body_if_any(app)))


@app.get("/v1/projects/<project>/parity")
def parities(project: str) -> dict[str, Any]:
    """The comparisons of a project, newest first."""
    limit, cursor = limit_of(app, default=20, most=100), query_of(app, "cursor")
    found, further = parity.list_parity(aws_world(), caller_of(app), project, limit=limit, cursor=cursor)
    return {"reports": found, "next_cursor": further}


@app.get("/v1/projects/<project>/parity/<report_id>")
def parity_detail(project: str, report_id: str) -> dict[str, Any]:
    """One comparison, with its whole report when it has finished."""
    return parity.get_parity(aws_world(), caller_of(app), project, report_id)


@app.get("/v1/projects/<project>/parity/<report_id>/csv")
def parity_table(project: str, report_id: str) -> Response[Any]:
    """The report's gaps, and its days without any, as a CSV file."""
    text = parity.parity_csv(aws_world(), caller_of(app), project, report_id)
    return csv_file(text, f"parity-{report_id}.csv")


@app.post("/v1/projects/<project>/parity/<report_id>/acknowledge")
def acknowledged(project: str, report_id: str) -> dict[str, Any]:
    """That the report's gaps are known: they are told of no more."""
    return parity.acknowledge(world_of(app), caller_of(app), project, report_id, body_if_any(app))


@app.post("/v1/retention")
def new_retention() -> Response[Any]:
    """201 with a run of retention that has begun."""
    from gramledger.app.retention import ask_for_retention  # noqa: PLC0415 -- brings pyarrow, which reports go without

    return created(ask_for_retention(world_of(app), caller_of(app), body_if_any(app)))


@app.get("/v1/retention/<run_id>")
def retention_detail(run_id: str) -> dict[str, Any]:
    """What a run of retention has done so far, or would have."""
    from gramledger.app.retention import get_retention  # noqa: PLC0415 -- as above

    return get_retention(aws_world(), caller_of(app), run_id)


handler = handler_of(app)
