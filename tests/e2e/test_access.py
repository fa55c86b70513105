"""Who may do what, through the front door."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from support.files import export, minutes
from support.front import Front

from .conftest import Enter

pytestmark = pytest.mark.stack

NOWHERE = "01JCX000000000000000000000"


def test_without_a_token_nothing_but_the_health_answers(enter: Enter, project: str) -> None:
    nobody = enter("nobody")
    assert nobody.request("GET", "/v1/health").status == 200
    for path in ("/v1/projects", f"/v1/projects/{quote(project)}", "/v1/imports"):
        assert nobody.request("GET", path).status == 401
    assert nobody.request("POST", "/v1/projects", body={"name": "x"}).status == 401


def test_a_forged_token_is_refused(front: Front) -> None:
    forged = Front(front._url, "eyJhbGciOiJub25lIn0.eyJjdXN0b206dGVuYW50IjoiYWNtZSJ9.")
    assert forged.request("GET", "/v1/projects").status == 401


def test_another_tenants_ids_answer_as_ids_that_do_not_exist(
    enter: Enter, front: Front, project: str
) -> None:
    rival = enter("rival")
    done = front.run(project, export([*minutes(2), "bad"]))
    project_id = done["project_id"]
    for theirs, none in (
        (f"/v1/projects/{project_id}", f"/v1/projects/{NOWHERE}"),
        (f"/v1/projects/{project_id}/summary", f"/v1/projects/{NOWHERE}/summary"),
        (f"/v1/projects/{project_id}/entries", f"/v1/projects/{NOWHERE}/entries"),
        (f"/v1/imports/{done['import_id']}", f"/v1/imports/{NOWHERE}"),
        (f"/v1/imports/{done['import_id']}/rejects", f"/v1/imports/{NOWHERE}/rejects"),
        (f"/v1/imports/{done['import_id']}/duplicates", f"/v1/imports/{NOWHERE}/duplicates"),
    ):
        answers = [rival.request("GET", path) for path in (theirs, none)]
        assert [a.status for a in answers] == [404, 404]
        assert answers[0].body.keys() == answers[1].body.keys()
        assert answers[0].body["detail"].replace(done["import_id"], "*").replace(project_id, "*") == answers[
            1
        ].body["detail"].replace(NOWHERE, "*")
    created = rival.request("POST", f"/v1/projects/{project_id}/imports", body={"filename": "a.csv"})
    assert created.status == 404
    assert project_id not in [p["project_id"] for p in rival.get("/v1/projects")["projects"]]
    assert rival.request("GET", "/v1/imports", query={"project": project_id}).status == 404


def test_a_member_reads_but_does_not_import(enter: Enter, front: Front, project: str) -> None:
    front.run(project, export(minutes(2)))
    member = enter("member")
    assert member.get(f"/v1/projects/{quote(project)}/summary")["entries"] == 2
    refused = member.request("POST", f"/v1/projects/{quote(project)}/imports", body={"filename": "a.csv"})
    assert (refused.status, refused.body["code"]) == (403, "not-allowed")
    assert member.request("POST", "/v1/projects", body={"name": "mine"}).status == 403


def test_the_store_is_closed_to_those_who_have_no_form(front: Front, project: str) -> None:
    created = front.create(project)
    assert front.fetch(created["upload"]["url"])[0] in (400, 403)
