"""The HTTP functions: an event in, an answer out."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api
from functions.upload_url.app import handler as upload_url
from gramledger.adapters.aws.world import aws_world
from gramledger.entry.http import handler_of, router

pytestmark = pytest.mark.usefixtures("deployed")


def call(method: str, path: str, **event: Any) -> tuple[int, Any]:
    handler = upload_url if method == "POST" and path.endswith("/imports") else api
    return answer(handler(request(method, path, **event), Context()))


def new_project(name: str = "demo", **event: Any) -> str:
    status, project = call("POST", "/v1/projects", body={"name": name}, **event)
    assert status == 201
    return str(project["project_id"])


def test_a_project_is_created_listed_and_found_by_id_and_name() -> None:
    project_id = new_project("Team A")
    assert call("GET", "/v1/projects")[1]["projects"][0]["name"] == "Team A"
    assert call("GET", f"/v1/projects/{project_id}")[1]["project_id"] == project_id
    assert call("GET", "/v1/projects/team%20a")[1]["project_id"] == project_id


def test_a_name_that_is_taken_answers_409() -> None:
    new_project("demo")
    status, problem = call("POST", "/v1/projects", body={"name": " DEMO "})
    assert (status, problem["code"]) == (409, "name-taken")


@pytest.mark.parametrize(
    "body", [None, [], {}, {"name": ""}, {"name": 5}, {"name": "x" * 101}, {"name": "a", "b": 1}]
)
def test_a_project_without_a_fit_name_is_refused(body: object) -> None:
    status, problem = call("POST", "/v1/projects", body=body)
    assert (status, problem["code"]) == (400, "invalid-request")


def test_the_settings_of_a_project_are_changed_member_by_member() -> None:
    new_project()
    zone = {"settings": {"zone": "Europe/London"}}
    status, changed = call("PATCH", "/v1/projects/demo", body=zone)
    assert (status, changed["settings"]["zone"]) == (200, "Europe/London")
    assert call("PATCH", "/v1/projects/demo", body={"settings": {}})[1]["settings"] == changed["settings"]
    assert call("GET", "/v1/projects/demo")[1] == changed
    assert (
        call("PATCH", "/v1/projects/demo", body={"settings": {"zone": None}})[1]["settings"]["zone"] is None
    )
    assert call("PATCH", "/v1/projects/none", body=zone)[0] == 404
    assert call("PATCH", "/v1/projects/demo", body=zone, groups="[member]")[0] == 403


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"name": "x"}, {"settings": []}, {"settings": {"zone": "Mars"}}, {"settings": {"x": 1}}],
)
def test_settings_that_are_not_fit_are_refused(body: object) -> None:
    new_project()
    status, problem = call("PATCH", "/v1/projects/demo", body=body)
    assert (status, problem["code"]) == (400, "invalid-request")
    assert call("GET", "/v1/projects/demo")[1]["settings"]["zone"] is None


def test_what_is_said_of_a_file_is_kept_with_its_import() -> None:
    new_project()
    said = {"format": "cursor", "zone": "Europe/Berlin", "mapping": {"format": "usage"}}
    _, new = call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv", **said})
    options = call("GET", f"/v1/imports/{new['import_id']}")[1]["options"]
    assert {name: options[name] for name in said} == said


def test_a_body_that_is_no_json_is_refused() -> None:
    status, problem = call("POST", "/v1/projects", text="{name:")
    assert (status, problem["code"]) == (400, "invalid-request")


def test_a_new_import_has_a_form_for_just_its_key() -> None:
    project_id = new_project()
    status, new = call("POST", "/v1/projects/demo/imports", body={"filename": "usage.csv", "size": 12})
    assert (status, new["project_id"]) == (201, project_id)
    assert new["upload"]["fields"]["key"] == f"uploads/acme/{new['import_id']}"
    assert new["upload"]["max_bytes"] == 12
    status, found = call("GET", f"/v1/imports/{new['import_id']}")
    assert (status, found["status"], found["phase"], found["requested_by"]) == (
        200,
        "waiting",
        "upload",
        "ada@example.org",
    )


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid-request"),
        ({"filename": "a.csv", "size": -1}, 400, "invalid-request"),
        ({"filename": "a.csv", "size": 0}, 422, "file-empty"),
        ({"filename": "a.csv", "size": 5 * 1024**3 + 1}, 413, "file-too-large"),
        ({"filename": "a.csv", "sha256": "12"}, 400, "invalid-request"),
        ({"filename": "a.csv", "dry_run": "yes"}, 400, "invalid-request"),
        ({"filename": "a.csv", "confirm": True}, 400, "invalid-request"),
        ({"filename": "a.csv", "expires_in": 0}, 400, "invalid-request"),
        ({"filename": "a.csv", "format": "excel"}, 400, "invalid-request"),
        ({"filename": "a.csv", "zone": "London"}, 400, "invalid-request"),
        ({"filename": "a.csv", "zone": 1}, 400, "invalid-request"),
        ({"filename": "a.csv", "mapping": ""}, 400, "invalid-request"),
        ({"filename": "a.csv", "mapping": []}, 400, "invalid-request"),
        ({"filename": "a.csv", "mapping": {"format": "usage", "dates": "DD.MM."}}, 400, "invalid-request"),
        ({"filename": "a.csv", "key": "uploads/other/x"}, 400, "invalid-request"),
    ],
)
def test_an_unfit_announcement_is_refused_before_anything_is_uploaded(
    body: dict[str, object], status: int, code: str
) -> None:
    new_project()
    found, problem = call("POST", "/v1/projects/demo/imports", body=body)
    assert (found, problem["code"]) == (status, code)
    assert call("GET", "/v1/imports")[1]["imports"] == []


def test_a_path_in_a_filename_is_cut_off() -> None:
    new_project()
    _, new = call("POST", "/v1/projects/demo/imports", body={"filename": "../../etc/x\\usage.csv"})
    assert call("GET", f"/v1/imports/{new['import_id']}")[1]["filename"] == "usage.csv"


def test_another_tenants_things_answer_as_those_that_do_not_exist() -> None:
    project_id = new_project()
    import_id = call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv"})[1]["import_id"]
    nowhere = "01JCX000000000000000000000"
    for theirs, none in (
        (f"/v1/projects/{project_id}", f"/v1/projects/{nowhere}"),
        ("/v1/projects/demo", "/v1/projects/none"),
        (f"/v1/projects/{project_id}/entries", f"/v1/projects/{nowhere}/entries"),
        (f"/v1/projects/{project_id}/summary", f"/v1/projects/{nowhere}/summary"),
        (f"/v1/imports/{import_id}", f"/v1/imports/{nowhere}"),
        (f"/v1/imports/{import_id}/rejects", f"/v1/imports/{nowhere}/rejects"),
        (f"/v1/imports/{import_id}/preview", f"/v1/imports/{nowhere}/preview"),
    ):
        answers = [call("GET", path, tenant="rival") for path in (theirs, none)]
        assert [status for status, _ in answers] == [404, 404]
        assert answers[0][1].keys() == answers[1][1].keys()
        assert answers[0][1]["code"] == "not-found"
    status, _ = call("POST", f"/v1/projects/{project_id}/imports", body={"filename": "a.csv"}, tenant="rival")
    assert status == 404
    assert call("GET", "/v1/imports", tenant="rival")[1]["imports"] == []
    assert call("GET", "/v1/projects", tenant="rival")[1]["projects"] == []


@pytest.mark.parametrize("tenant", [None, "", "a#b", "A", "x" * 64, "../x"])
def test_a_token_without_a_fit_tenant_answers_401(tenant: str | None) -> None:
    status, problem = call("GET", "/v1/projects", tenant=tenant)
    assert (status, problem["code"]) == (401, "not-signed-in")


@pytest.mark.parametrize("groups", [None, "[]", "[member]", "[administrator]"])
def test_only_an_admin_creates_projects_and_imports(groups: str | None) -> None:
    new_project()
    assert call("POST", "/v1/projects", body={"name": "x"}, groups=groups)[0] == 403
    assert call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv"}, groups=groups)[0] == 403
    assert call("GET", "/v1/projects/demo", groups=groups)[0] == 200


@pytest.mark.parametrize("groups", ["[admin member]", "[member, admin]", "admin"])
def test_the_gateways_ways_of_writing_groups_are_understood(groups: str) -> None:
    assert call("POST", "/v1/projects", body={"name": "x"}, groups=groups)[0] == 201


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "x"},
        {"cursor": "nonsense"},
        {"status": "done"},
    ],
)
def test_a_list_refuses_what_it_does_not_understand(query: dict[str, str]) -> None:
    status, problem = call("GET", "/v1/imports", query=query)
    assert (status, problem["code"]) == (400, "invalid-request")


@pytest.mark.parametrize(
    "query", [{"from": "2025-13-01"}, {"to": "yesterday"}, {"from": "2025-11-02", "to": "2025-11-01"}]
)
def test_a_span_of_days_that_is_none_is_refused(query: dict[str, str]) -> None:
    new_project()
    assert call("GET", "/v1/projects/demo/summary", query=query)[0] == 400
    assert call("GET", "/v1/projects/demo/entries", query=query)[0] == 400


def test_an_empty_project_has_an_empty_summary() -> None:
    new_project()
    status, summary = call("GET", "/v1/projects/demo/summary")
    assert (status, summary["entries"], summary["days"], summary["models"]) == (200, 0, [], [])
    assert summary["coverage"] == dict.fromkeys(
        ("exact", "derived", "family", "unknown", "not_applicable"), 0.0
    )


def test_a_path_that_is_no_route_answers_a_problem() -> None:
    status, problem = call("GET", "/v1/nothing")
    assert (status, problem["code"]) == (404, "not-found")


def test_an_unexpected_error_answers_500_and_tells_nothing_of_itself() -> None:
    app = router()

    @app.get("/v1/broken")
    def broken() -> None:
        raise ValueError("cell 'secret' is bad")

    status, problem = answer(handler_of(app)(request("GET", "/v1/broken"), Context()))
    assert (status, problem["code"]) == (500, "internal-error")
    assert "secret" not in str(problem)


def test_the_health_needs_no_token() -> None:
    assert call("GET", "/v1/health", tenant=None)[1]["status"] == "ok"


@pytest.mark.parametrize("what", ["rejects", "preview"])
def test_rejects_and_preview_of_a_file_that_has_not_arrived_answer_409(what: str) -> None:
    new_project()
    import_id = call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv"})[1]["import_id"]
    status, problem = call("GET", f"/v1/imports/{import_id}/{what}")
    assert (status, problem["code"]) == (409, "import-conflict")
    assert aws_world().jobs.get("acme", import_id) is not None


def test_formats_are_listed_with_an_example_each() -> None:
    listed = call("GET", "/v1/formats")[1]["formats"]
    assert "cursor" in [form["name"] for form in listed]
    for form in listed:
        given = api(request("GET", form["example"]), Context())
        assert given["statusCode"] == 200
        headers = {name.lower(): value for name, value in given["headers"].items()}
        assert headers["content-type"].startswith("text/csv")
        assert f"{form['name']}.csv" in headers["content-disposition"]
        names = {name for column in form["columns"] if column["required"] for name in column["names"]}
        assert names & set(given["body"].splitlines()[0].split(","))


def test_an_unknown_format_has_no_example() -> None:
    status, problem = call("GET", "/v1/formats/nothing/example")
    assert (status, problem["code"]) == (404, "not-found")


def test_mappings_are_saved_listed_shown_and_removed() -> None:
    mapping = {"format": "usage", "columns": {"time": {"column": "When"}, "output": {"column": 2}}}
    status, saved = call("PUT", "/v1/mappings/tool-x", body={"mapping": mapping, "header": ["When", "Out"]})
    assert (status, saved["mapping"], saved["header"]) == (200, mapping, ["When", "Out"])
    assert call("GET", "/v1/mappings")[1] == {"mappings": [saved]}
    assert call("GET", "/v1/mappings/tool-x") == (200, saved)
    assert call("DELETE", "/v1/mappings/tool-x", groups="[member]")[0] == 403
    assert call("DELETE", "/v1/mappings/tool-x") == (200, saved)
    assert call("GET", "/v1/mappings/tool-x")[0] == call("DELETE", "/v1/mappings/tool-x")[0] == 404


@pytest.mark.parametrize("name", ["a%20b", "-a", "x" * 101])
def test_a_mapping_under_a_name_that_is_not_fit_is_refused(name: str) -> None:
    status, problem = call("PUT", f"/v1/mappings/{name}", body={"mapping": {"format": "usage"}})
    assert (status, problem["code"]) == (400, "invalid-request")


def test_an_import_cannot_name_a_mapping_that_is_not_saved() -> None:
    new_project()
    status, problem = call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv", "mapping": "none"})
    assert (status, problem["code"]) == (404, "not-found")


def test_the_file_of_rejects_is_also_an_address_for_pages_that_may_not_follow_a_redirect() -> None:
    new_project()
    import_id = call("POST", "/v1/projects/demo/imports", body={"filename": "a.csv"})[1]["import_id"]
    for form in ("csv", "link"):
        status, problem = call("GET", f"/v1/imports/{import_id}/rejects", query={"format": form})
        assert (status, problem["code"]) == (409, "import-conflict")
    status, problem = call("GET", f"/v1/imports/{import_id}/rejects", query={"format": "xml"})
    assert (status, "Choose json, csv, link" in problem["detail"]) == (400, True)
