"""Every route of the HTTP API but the creation of imports: projects, imports, rejects, entries, summaries."""

from typing import Any

from aws_lambda_powertools.event_handler import Response

from gramledger import __version__
from gramledger.adapters.aws.world import aws_world
from gramledger.app.confirm import confirm_import, discard_import
from gramledger.app.imports import get_import, list_imports
from gramledger.app.lookup import find_project
from gramledger.app.mappings import (
    delete_mapping,
    find_mapping,
    list_mappings,
    save_mapping,
    show_mapping,
)
from gramledger.app.presets import get_preset, list_presets, show_preset
from gramledger.app.projects import change_project, create_project, list_projects, offer_of
from gramledger.app.show import show_project
from gramledger.app.spans import DaySpan
from gramledger.app.stop import cancel_import, pause_import, resume_import, undo_import
from gramledger.app.sweeps import ask_for_sweep, get_sweep
from gramledger.core.problems import InvalidRequest
from gramledger.entry.http import (
    body_if_any,
    body_of,
    caller_of,
    created,
    csv_file,
    handler_of,
    limit_of,
    query_of,
    router,
    see_other,
)
from gramledger.entry.keyed import honour_keys, world_of

app = router()
honour_keys(app, aws_world)


@app.get("/v1/health")
def health() -> dict[str, Any]:
    """Whether the API answers; needs no sign-in."""
    return {"status": "ok", "version": __version__}


@app.post("/v1/projects")
def new_project() -> Response[Any]:
    """201 with the new project."""
    form = body_of(app)
    if not isinstance(form, dict) or "name" not in form or not set(form) <= {"name", "preset"}:
        raise InvalidRequest("The body must be a JSON object with a 'name' and, if you like, a 'preset'.")
    project = create_project(world_of(app), caller_of(app), form["name"], form.get("preset"))
    return created(show_project(project))


@app.get("/v1/projects")
def projects() -> dict[str, Any]:
    """The projects of the caller's tenant."""
    return {"projects": [show_project(project) for project in list_projects(aws_world(), caller_of(app))]}


@app.get("/v1/projects/<project>")
def project_detail(project: str) -> dict[str, Any]:
    """One project, by id or name."""
    return show_project(find_project(aws_world(), caller_of(app).tenant, project))


@app.patch("/v1/projects/<project>")
def changed_project(project: str) -> dict[str, Any]:
    """The project with other settings or another preset, and what that means for its entries."""
    form = body_of(app)
    return {**show_project(change_project(aws_world(), caller_of(app), project, form)), **offer_of(form)}


@app.get("/v1/projects/<project>/entries")
def entries(project: str) -> dict[str, Any]:
    """Entries in the order of time."""
    from gramledger.app.entries import list_entries  # noqa: PLC0415 -- brings pyarrow, which status requests go without

    return list_entries(
        aws_world(),
        caller_of(app),
        project,
        span_of_query(),
        limit=limit_of(app, default=100, most=1000),
        cursor=query_of(app, "cursor"),
    )


@app.get("/v1/projects/<project>/summary")
def summary(project: str) -> dict[str, Any]:
    """Totals of a project, by day and by model."""
    from gramledger.app.summary import summarise  # noqa: PLC0415 -- brings pyarrow, which status requests go without

    return summarise(aws_world(), caller_of(app), project, span_of_query())


@app.get("/v1/projects/<project>/models")
def models(project: str) -> dict[str, Any]:
    """Every model name of a project, and what it is taken for."""
    from gramledger.app.project_models import list_models  # noqa: PLC0415 -- brings pyarrow, as above

    return list_models(aws_world(), caller_of(app), project, span_of_query())


@app.get("/v1/projects/<project>/methods")
def methods(project: str) -> dict[str, Any]:
    """A project's usage under several published methods at once."""
    from gramledger.app.methods import compare_methods  # noqa: PLC0415 -- brings pyarrow, as above

    return compare_methods(aws_world(), caller_of(app), project, span_of_query())


@app.get("/v1/projects/<project>/statistics")
def statistics(project: str) -> dict[str, Any]:
    """Averages, models beside each other, peaks, percentiles and growth of a project's usage."""
    from gramledger.app.statistics import find_statistics  # noqa: PLC0415 -- brings pyarrow, as above

    model = query_of(app, "model")
    return find_statistics(
        aws_world(),
        caller_of(app),
        project,
        span_of_query(),
        models=[model] if model else (),
        sort=query_of(app, "sort") or "tokens",
        zone=query_of(app, "zone") or "UTC",
        step=query_of(app, "step"),
    )


@app.post("/v1/projects/<project>/rebuilds")
def new_rebuild(project: str) -> Response[Any]:
    """201 with a rebuild that has begun."""
    from gramledger.app.rebuilds import start_rebuild  # noqa: PLC0415 -- brings pyarrow, as above

    return created(start_rebuild(world_of(app), caller_of(app), project, body_if_any(app)))


@app.get("/v1/projects/<project>/rebuilds/<rebuild_id>")
def rebuild_detail(project: str, rebuild_id: str) -> dict[str, Any]:
    """One rebuild: how far it is, or what it found."""
    from gramledger.app.rebuilds import get_rebuild  # noqa: PLC0415 -- as above

    return get_rebuild(aws_world(), caller_of(app), project, rebuild_id)


@app.get("/v1/projects/<project>/rebuilds/<rebuild_id>/days")
def rebuilt_days(project: str, rebuild_id: str) -> dict[str, Any]:
    """What a finished rebuild found of each day."""
    from gramledger.app.rebuilds import list_days  # noqa: PLC0415 -- as above

    limit, cursor = limit_of(app, default=100, most=1000), query_of(app, "cursor")
    found, further = list_days(aws_world(), caller_of(app), project, rebuild_id, limit=limit, cursor=cursor)
    return {"days": found, "next_cursor": further}


@app.get("/v1/projects/<project>/history")
def history(project: str) -> dict[str, Any]:
    """What happened to a project's days: every version of each, with its cause and what it came to."""
    from gramledger.app.history import list_history  # noqa: PLC0415 -- brings pyarrow, as above

    span = DaySpan.of(query_of(app, "from"), query_of(app, "to"))
    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    found, further = list_history(aws_world(), caller_of(app), project, span, limit=limit, cursor=cursor)
    return {"versions": found, "next_cursor": further}


@app.get("/v1/projects/<project>/audit")
def audit(project: str) -> dict[str, Any]:
    """Every version of a project's days, proved, with what is wrong with it."""
    from gramledger.app.audit import audit_versions  # noqa: PLC0415 -- brings pyarrow, as above

    span = DaySpan.of(query_of(app, "from"), query_of(app, "to"))
    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    found, further = audit_versions(aws_world(), caller_of(app), project, span, limit=limit, cursor=cursor)
    return {"versions": found, "next_cursor": further}


@app.get("/v1/projects/<project>/audit/seal")
def seal(project: str) -> dict[str, Any]:
    """The hash of each day's head, and one over all."""
    from gramledger.app.audit import seal_project  # noqa: PLC0415 -- brings pyarrow, as above

    return seal_project(aws_world(), caller_of(app), project)


@app.get("/v1/presets")
def presets() -> dict[str, Any]:
    """The newest version of each preset."""
    return {"presets": list_presets(aws_world(), caller_of(app))}


@app.get("/v1/presets/<preset>")
def preset_detail(preset: str) -> dict[str, Any]:
    """The newest version of a preset."""
    return get_preset(aws_world(), caller_of(app), preset)


@app.get("/v1/presets/<preset>/versions/<version>")
def preset_version(preset: str, version: str) -> dict[str, Any]:
    """One version of a preset."""
    return get_preset(aws_world(), caller_of(app), preset, version)


@app.post("/v1/presets")
def new_preset() -> Any:
    """201 with the preset's new version, or 200 with the newest one when it has these settings already."""
    from gramledger.app.save_preset import save_preset  # noqa: PLC0415 -- brings numpy, as above

    saved, new = save_preset(aws_world(), caller_of(app), body_of(app))
    return created(show_preset(saved)) if new else show_preset(saved)


@app.post("/v1/intensities")
def new_intensities() -> Any:
    """201 with the version that the series has now, or 200 with the newest one when the file says nothing new."""
    from gramledger.app import intensities as series  # noqa: PLC0415 -- brings pyarrow, as above

    content = series.content_of(body_of(app), len(app.current_event.body or ""))
    saved, new = series.import_intensities(world_of(app), caller_of(app), content)
    return created(series.show_series(saved)) if new else series.show_series(saved)


@app.get("/v1/intensities")
def intensities() -> dict[str, Any]:
    """The versions of the half-hourly intensities of the caller's tenant."""
    from gramledger.app.intensities import list_series  # noqa: PLC0415 -- brings pyarrow, as above

    return {"versions": list_series(aws_world(), caller_of(app))}


@app.post("/v1/calculations")
def calculations() -> dict[str, Any]:
    """Energy and carbon of usage that the body states; nothing is stored."""
    from gramledger.app.calculations import calculate_usage  # noqa: PLC0415 -- brings pyarrow, as above

    return calculate_usage(aws_world(), caller_of(app), body_of(app))


@app.get("/v1/formats")
def formats() -> dict[str, Any]:
    """The file formats that can be imported."""
    from gramledger.core.catalogue import formats as known  # noqa: PLC0415 -- brings pyarrow, as above

    return {"formats": [{**form, "example": f"/v1/formats/{form['name']}/example"} for form in known()]}


@app.get("/v1/formats/<name>/example")
def format_example(name: str) -> Response[Any]:
    """A small file of the format."""
    from gramledger.core.catalogue import example  # noqa: PLC0415 -- as above

    return csv_file(example(name), f"{name}.csv")


@app.get("/v1/mappings")
def mappings() -> dict[str, Any]:
    """The saved mappings of the caller's tenant."""
    return {"mappings": [show_mapping(saved) for saved in list_mappings(aws_world(), caller_of(app))]}


@app.get("/v1/mappings/<name>")
def mapping_detail(name: str) -> dict[str, Any]:
    """One saved mapping."""
    return show_mapping(find_mapping(aws_world(), caller_of(app).tenant, name))


@app.put("/v1/mappings/<name>")
def saved_mapping(name: str) -> dict[str, Any]:
    """The mapping that is kept under the name from now on."""
    return show_mapping(save_mapping(aws_world(), caller_of(app), name, body_of(app)))


@app.delete("/v1/mappings/<name>")
def removed_mapping(name: str) -> dict[str, Any]:
    """The mapping that was removed."""
    return show_mapping(delete_mapping(aws_world(), caller_of(app), name))


@app.get("/v1/imports")
def imports() -> dict[str, Any]:
    """Imports, newest first."""
    found, further = list_imports(
        aws_world(),
        caller_of(app),
        project=query_of(app, "project"),
        status=query_of(app, "status"),
        limit=limit_of(app, default=20, most=100),
        cursor=query_of(app, "cursor"),
    )
    return {"imports": found, "next_cursor": further}


@app.get("/v1/imports/<import_id>")
def import_detail(import_id: str) -> dict[str, Any]:
    """One import with its progress."""
    return get_import(aws_world(), caller_of(app), import_id)


@app.get("/v1/imports/<import_id>/preview")
def preview(import_id: str) -> dict[str, Any]:
    """What the file was taken for, and its first rows."""
    from gramledger.app.preview import get_preview  # noqa: PLC0415 -- brings pyarrow, which status requests go without

    return get_preview(aws_world(), caller_of(app), import_id)


@app.post("/v1/imports/<import_id>/confirm")
def confirm(import_id: str) -> dict[str, Any]:
    """Let a planned import go on, with other options where the body has any."""
    return confirm_import(aws_world(), caller_of(app), import_id, body_if_any(app))


@app.post("/v1/imports/<import_id>/discard")
def discard(import_id: str) -> dict[str, Any]:
    """End a planned import, leaving nothing of it."""
    return discard_import(aws_world(), caller_of(app), import_id)


@app.post("/v1/imports/<import_id>/pause")
def pause(import_id: str) -> dict[str, Any]:
    """Let an import rest."""
    return pause_import(aws_world(), caller_of(app), import_id)


@app.post("/v1/imports/<import_id>/resume")
def resume(import_id: str) -> dict[str, Any]:
    """Let a paused import go on."""
    return resume_import(aws_world(), caller_of(app), import_id)


@app.post("/v1/imports/<import_id>/cancel")
def cancel(import_id: str) -> dict[str, Any]:
    """Take an import back before its end, with or without the days that are written."""
    return cancel_import(aws_world(), caller_of(app), import_id, body_if_any(app))


@app.post("/v1/imports/<import_id>/undo")
def undo(import_id: str) -> dict[str, Any]:
    """Take an import out of the ledger after its end."""
    return undo_import(aws_world(), caller_of(app), import_id)


@app.get("/v1/imports/<import_id>/rejects")
def rejects(import_id: str) -> Any:
    """Rejects page by page; with `group=code` their codes; with `format` csv or link, all refused ones as a file."""
    from gramledger.app import rejects as reading  # noqa: PLC0415 -- brings pyarrow, which status requests go without
    from gramledger.app.rejects_download import rejects_link  # noqa: PLC0415 -- as above

    world, caller = aws_world(), caller_of(app)
    form = chosen("format", "json", "csv", "link")
    if form != "json":
        link = rejects_link(world, caller, import_id)
        return see_other(link) if form == "csv" else {"url": link}
    if chosen("group", "none", "code") == "code":
        return {"groups": reading.group_rejects(world, caller, import_id)}
    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    found, further = reading.list_rejects(world, caller, import_id, limit=limit, cursor=cursor)
    return {"rejects": found, "next_cursor": further}


@app.get("/v1/imports/<import_id>/duplicates")
def duplicates(import_id: str) -> dict[str, Any]:
    """Rows that say something else than the entry of their event."""
    from gramledger.app.duplicates import list_duplicates  # noqa: PLC0415 -- as above

    limit, cursor = limit_of(app, default=100, most=500), query_of(app, "cursor")
    found, further = list_duplicates(aws_world(), caller_of(app), import_id, limit=limit, cursor=cursor)
    return {"duplicates": found, "next_cursor": further}


@app.post("/v1/sweeps")
def new_sweep() -> Response[Any]:
    """201 with the report of a sweep that has begun."""
    return created(ask_for_sweep(world_of(app), caller_of(app), body_if_any(app)))


@app.get("/v1/sweeps/<sweep_id>")
def sweep_detail(sweep_id: str) -> dict[str, Any]:
    """What a sweep has found so far."""
    return get_sweep(aws_world(), caller_of(app), sweep_id)


def span_of_query() -> DaySpan:
    """The days that the query asks for, and as of when."""
    return DaySpan.of(query_of(app, "from"), query_of(app, "to"), query_of(app, "as_of"))


def chosen(member: str, usual: str, *others: str) -> str:
    """A member of the query that has one of a few values. Raises InvalidRequest."""
    value = query_of(app, member) or usual
    if value not in (usual, *others):
        raise InvalidRequest(f"There is no {member} '{value}'. Choose {', '.join((usual, *others))}.")
    return value


handler = handler_of(app)
