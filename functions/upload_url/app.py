"""POST /v1/projects/{project}/imports: a new import and the presigned form for its file."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger.adapters.aws.world import aws_world
from gramledger.app.create_import import NewImport, create_import
from gramledger.core.iso import iso
from gramledger.entry.http import body_of, caller_of, created, handler_of, router

app = router()


@app.post("/v1/projects/<project>/imports")
def new_import(project: str) -> Response[Any]:
    """201 with the import's id and its upload form."""
    record, form = create_import(aws_world(), caller_of(app), project, NewImport.from_json(body_of(app)))
    upload = {
        "url": form.url,
        "fields": form.fields,
        "expires_at": iso(form.expires_at),
        "max_bytes": form.max_bytes,
    }
    return created({"import_id": record.import_id, "project_id": record.project_id, "upload": upload})


handler = handler_of(app)
