"""POST /v1/projects/{project}/imports and .../entries: a new import, with a presigned form or of stated entries."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.manual import add_entries
from gramledger.core.iso import iso
from gramledger.entry.http import body_of, caller_of, created, handler_of, router
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.post("/v1/projects/<project>/imports")
def new_import(project: str) -> Response[Any]:
    """201 with the import's id and its upload form, which is signed anew when the request is repeated."""
    record, form = create_import(world_of(app), caller_of(app), project, NewImport.from_json(body_of(app)))
    upload = {
        "url": form.url,
        "fields": form.fields,
        "expires_at": iso(form.expires_at),
        "max_bytes": form.max_bytes,
    }
    answer = {"import_id": record.import_id, "project_id": record.project_id, "upload": upload}
    return created(answer, secret=True)


@app.post("/v1/projects/<project>/entries")
def new_entries(project: str) -> Response[Any]:
    """201 with the import that takes the stated entries in."""
    return created(add_entries(world_of(app), caller_of(app), project, body_of(app)))


handler = handler_of(app)
