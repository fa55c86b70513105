"""Calculating without storing, through the front door: the figures of an import of the same tokens."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from support.files import export, row
from support.front import Front

from .conftest import Enter

pytestmark = pytest.mark.stack


def test_a_stated_usage_gets_the_figures_of_an_imported_row(enter: Enter, front: Front, project: str) -> None:
    front.run(project, export([row(model="gpt-5-high", buckets=(0, 1500, 40_000, 900))]))
    (entry,) = front.entries(project)
    tokens = {name: entry["tokens"][name] for name in ("input", "cache_write", "cache_read", "output")}
    asked = {"model": entry["model"], **tokens, "requests": entry["requests"]}
    answer = enter("member").request("POST", "/v1/calculations", body=asked)
    assert answer.status == 200
    figures = ("energy_kwh", "gwp_kgco2e", "parts", "water_l", "pe_mj", "adpe_kgsbeq", "data_quality", "zone")
    assert {name: answer.body[name] for name in figures} == {name: entry["impact"][name] for name in figures}
    assert front.get(f"/v1/projects/{quote(project)}/summary")["entries"] == 1
    assert enter("nobody").request("POST", "/v1/calculations", body=asked).status == 401


def test_list_prices_are_in_entries_and_totals_and_what_has_none_is_named(front: Front, project: str) -> None:
    rows = [
        row("2026-02-03T10:00:00.000Z", model="claude-4.5-sonnet", buckets=(0, 0, 1_000_000, 1_000_000)),
        row("2026-02-03T10:01:00.000Z", model="auto", buckets=(0, 0, 0, 10)),
    ]
    front.run(project, export(rows))
    known, unknown = front.entries(project)
    assert (known["list_price"]["amount"], known["list_price"]["cache_savings"]) == (15.3, 2.7)
    assert unknown["list_price"] is None
    found = front.get(f"/v1/projects/{quote(project)}/summary")
    assert found["list_price"]["amount"] == 15.3
    assert found["without_list_price"] == [{"model": "auto", "entries": 1}]
    bench = front.get(f"/v1/projects/{quote(project)}/methods")
    assert bench["methods"][0]["energy_kwh"] == found["energy_kwh"]
    assert [method["method"] for method in bench["methods"] if not method["inside"]] == ["flat-total"]
    usage = front.get(f"/v1/projects/{quote(project)}/statistics?zone=Europe/London&sort=list_price")
    assert (usage["list_price"], usage["time_zone"]) == (15.3, "Europe/London")
    assert usage["tokens"] == found["tokens"]
    assert [model["model"] for model in usage["models"]][-1] == "auto"
