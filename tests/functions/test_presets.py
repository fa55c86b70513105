"""The routes of presets: shipped and saved, versions that never change, and the choice of a project."""

from __future__ import annotations

from typing import Any

import pytest
from support.carbon import FACTORS, PRESET
from support.events import Context, answer, request

from functions.api.app import handler as api

pytestmark = pytest.mark.usefixtures("deployed")

BRITISH = {"id": "british", "name": "Great Britain", "grid": {"mode": "zone", "zone": "GBR"}}


def call(method: str, path: str, **event: Any) -> tuple[int, Any]:
    return answer(api(request(method, path, **event), Context()))


def save(**settings: Any) -> tuple[int, Any]:
    return call("POST", "/v1/presets", body=settings)


def test_the_shipped_preset_is_listed_and_shown_with_all_its_settings() -> None:
    _, found = call("GET", "/v1/presets")
    (shipped,) = found["presets"]
    assert (shipped["preset"], shipped["shipped"], shipped["versions"]) == ("default@1", True, [1])
    status, shown = call("GET", "/v1/presets/default")
    assert status == 200
    assert {name: shown[name] for name in PRESET.to_json()} == PRESET.to_json()
    assert call("GET", "/v1/presets/default/versions/1")[1] == shown


def test_a_saved_preset_has_the_settings_of_its_base_where_it_says_nothing() -> None:
    status, first = save(**BRITISH)
    assert (status, first["preset"], first["created_by"]) == (201, "british@1", "ada@example.org")
    assert first["grid"] == {"mode": "zone", "zone": "GBR"}
    assert first["input_weights"] == PRESET.to_json()["input_weights"]
    status, french = save(id="french", base="british@1", grid={"mode": "zone", "zone": "FRA"})
    assert (status, french["name"], french["grid"]["zone"]) == (201, "Great Britain", "FRA")


def test_an_edit_is_a_new_version_and_the_old_one_stays() -> None:
    save(**BRITISH)
    status, second = save(id="british", include_embodied=False)
    assert (status, second["preset"], second["grid"]["zone"]) == (201, "british@2", "GBR")
    assert call("GET", "/v1/presets/british")[1]["include_embodied"] is False
    assert call("GET", "/v1/presets/british/versions/1")[1]["include_embodied"] is True
    assert [each["versions"] for each in call("GET", "/v1/presets")[1]["presets"]] == [[1], [1, 2]]


def test_saving_what_is_there_already_makes_no_version() -> None:
    save(**BRITISH)
    status, again = save(**BRITISH)
    assert (status, again["preset"]) == (200, "british@1")
    assert call("GET", "/v1/presets/british/versions/2")[0] == 404


def test_a_stated_version_must_be_the_next_one() -> None:
    save(**BRITISH, version=1)
    status, problem = save(id="british", version=1, include_embodied=False)
    assert (status, problem["code"]) == (409, "preset-conflict")
    assert "the next one is 2" in problem["detail"]
    assert save(id="british", version=2, include_embodied=False)[0] == 201


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({}, "A preset needs an 'id'"),
        ({"id": "Größe"}, "A preset needs an 'id'"),
        ({"id": "x" * 64}, "A preset needs an 'id'"),
        ({"id": "default"}, "is shipped with Gramledger and is never edited"),
        ({"id": "a", "colour": "green"}, "'colour' is not known"),
        ({"id": "a", "grid": {"mode": "zone", "zone": "XXX"}}, "'grid.zone' is 'XXX', which factors"),
        ({"id": "a", "default_model": "openai/gpt-99"}, "'default_model' names 'openai/gpt-99'"),
        ({"id": "a", "model_aliases": {"auto": "gpt-5"}}, "alias 'auto' means 'gpt-5'"),
        ({"id": "a", "factors_id": "ecologits-9"}, "There are no factors 'ecologits-9'"),
        ({"id": "a", "factors_sha256": "0" * 64}, "was made for factors"),
        ({"id": "a", "unknown_policy": "guess"}, "'unknown_policy' is 'guess'"),
        ({"id": "a", "base": 5}, "5 names no preset"),
        ({"id": "a", "base": "default@"}, "'default@' names no preset"),
        (
            {"id": "a", "model_aliases": {f"n{i}" * 20: "openai/gpt-5" for i in range(2000)}},
            "it may have 100,000",
        ),
    ],
)
def test_a_wrong_preset_is_refused_by_what_is_wrong_and_not_kept(
    settings: dict[str, Any], complaint: str
) -> None:
    status, problem = call("POST", "/v1/presets", body=settings)
    assert (status, problem["code"]) == (400, "invalid-request")
    assert complaint in problem["detail"]
    assert len(call("GET", "/v1/presets")[1]["presets"]) == 1


def test_a_base_or_version_that_is_not_there_is_not_found() -> None:
    assert save(id="a", base="nobodys")[0] == 404
    for path in ("/v1/presets/nobodys", "/v1/presets/default/versions/9", "/v1/presets/nobodys/versions/1"):
        assert call("GET", path)[0] == 404
    assert call("GET", "/v1/presets/default/versions/new")[0] == 400


def test_a_member_reads_presets_but_saves_none_and_another_tenant_sees_none() -> None:
    save(**BRITISH)
    assert call("GET", "/v1/presets/british", groups="[member]")[0] == 200
    assert call("POST", "/v1/presets", body={"id": "b"}, groups="[member]")[0] == 403
    assert call("GET", "/v1/presets/british", tenant="rival")[0] == 404
    assert len(call("GET", "/v1/presets", tenant="rival")[1]["presets"]) == 1


def test_a_project_names_the_version_that_its_preset_had_when_it_was_chosen() -> None:
    save(**BRITISH)
    _, usual = call("POST", "/v1/projects", body={"name": "usual"})
    assert usual["preset"] == "default@1"
    _, chosen = call("POST", "/v1/projects", body={"name": "chosen", "preset": "british"})
    assert chosen["preset"] == "british@1"
    save(id="british", include_embodied=False)
    assert call("GET", "/v1/projects/chosen")[1]["preset"] == "british@1"
    status, changed = call("PATCH", "/v1/projects/chosen", body={"preset": "british"})
    assert (status, changed["preset"]) == (200, "british@2")
    assert "keep the figures" in changed["notice"]
    assert changed["recalculate"] == {}
    aliases = {"settings": {"aliases": {"composer-1": "openai/gpt-5", "auto": "openai/gpt-5"}}}
    status, changed = call("PATCH", "/v1/projects/chosen", body=aliases)
    assert (status, changed["recalculate"]) == (200, {"models": ["auto", "composer-1"]})
    assert call("PATCH", "/v1/projects/chosen", body={"preset": "british@1"})[1]["preset"] == "british@1"


def test_a_project_cannot_choose_a_preset_that_is_not_there() -> None:
    assert call("POST", "/v1/projects", body={"name": "a", "preset": "nobodys"})[0] == 404
    assert call("GET", "/v1/projects")[1]["projects"] == []
    call("POST", "/v1/projects", body={"name": "a"})
    assert call("PATCH", "/v1/projects/a", body={"preset": "default@7"})[0] == 404
    assert call("PATCH", "/v1/projects/a", body={"preset": 7})[0] == 400
    assert call("PATCH", "/v1/projects/a", body={"preset": "default"}, groups="[member]")[0] == 403


def test_a_calculation_may_name_a_saved_preset() -> None:
    save(**BRITISH)
    asked = {"model": "gpt-5", "output": 1000, "preset": "british"}
    _, found = call("POST", "/v1/calculations", body=asked)
    assert (found["zone"], found["provenance"]["preset"]) == ("GBR", "british@1")
    assert found["factors"]["models"][0]["electricity"]["gwp_kgco2e_per_kwh"] == FACTORS.zones["GBR"].gwp
    assert call("POST", "/v1/calculations", body=asked, tenant="rival")[0] == 404


def test_names_and_aliases_of_a_project_have_routes() -> None:
    call("POST", "/v1/projects", body={"name": "a"})
    status, names = call("GET", "/v1/projects/a/models")
    assert (status, names["models"], names["preset"]) == (200, [], "default@1")
    assert call("GET", "/v1/projects/b/models")[0] == 404
    assert call("GET", "/v1/projects/a/models", query={"from": "tomorrow"})[0] == 400
    change = {"settings": {"aliases": {"tab": "openai/gpt-5"}}}
    assert call("PATCH", "/v1/projects/a", body=change)[1]["settings"]["aliases"] == {"tab": "openai/gpt-5"}
    wrong = {"settings": {"aliases": {"tab": "openai/gpt-99"}}}
    status, problem = call("PATCH", "/v1/projects/a", body=wrong)
    assert (status, problem["code"]) == (400, "invalid-request")


def test_methods_have_a_route_for_every_member_of_the_tenant() -> None:
    call("POST", "/v1/projects", body={"name": "a"})
    status, found = call("GET", "/v1/projects/a/methods", groups="[member]")
    assert (status, found["entries"], found["methods"][0]["method"]) == (200, 0, "preset")
    assert call("GET", "/v1/projects/a/methods", tenant="rival")[0] == 404
    assert call("GET", "/v1/projects/a/methods", query={"to": "never"})[0] == 400
