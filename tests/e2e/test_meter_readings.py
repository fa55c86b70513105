"""Meter readings through the front door."""

from __future__ import annotations

import json
from datetime import date
from urllib.parse import quote

import pytest
from support.front import Front
from support.half_hours import as_json, span
from support.meter_texts import MeterDay, a_day, mpan, numbered, wide

pytestmark = pytest.mark.stack


def test_the_days_of_both_clock_changes_become_measured_entries(front: Front, project: str) -> None:
    days = [a_day("2025-03-30", 46), a_day("2025-10-26", 50), a_day("2025-10-27", 47)]
    done = front.run(project, wide(days, numbered(lambda n: f"HH{n:02}", 50)), filename="half-hourly.csv")
    assert (done["status"], done["format"], done["variant"]) == (
        "completed",
        "meter-half-hourly",
        "50 periods",
    )
    receipt = done["receipt"]
    assert (receipt["rows_in"], receipt["rows_accepted"], receipt["claims"]) == (3, 2, 96)
    assert (receipt["imported"], receipt["calculated"]) == (96, 96)
    assert receipt["rejects_by_code"] == {"reading-missing": 1}
    entries = front.entries(project)
    assert len({entry["ts"] for entry in entries}) == 96
    assert entries[0]["reading"] == {"meter": mpan(7), "kwh": 0.001, "seconds": 1800}
    assert (entries[0]["ts"], entries[46]["ts"]) == ("2025-03-30T00:00:00.000Z", "2025-10-25T23:00:00.000Z")
    totals = front.get(f"/v1/projects/{project.replace(' ', '%20')}/summary")
    assert totals["measured"]["readings"] == 96
    assert totals["measured"]["energy_kwh"]["value"] == 2.356
    assert totals["energy_kwh"]["value"] == 0


def test_readings_have_the_intensities_of_their_half_hours_where_the_preset_asks_for_them(
    front: Front, project: str
) -> None:
    night_and_day = {
        start: (None, 100 if n < 12 else 250) for n, start in enumerate(span("2025-01-15T00:00", 48))
    }
    sent = front.request("POST", "/v1/intensities", body=json.loads(as_json(night_and_day)))
    assert sent.status in (200, 201), sent
    preset = {"id": "e2e-half-hourly", "meter": {"method": "neso_halfhourly", "include_td": False}}
    assert front.request("POST", "/v1/presets", body=preset).status in (200, 201)
    chosen = front.request("PATCH", f"/v1/projects/{quote(project)}", body={"preset": preset["id"]})
    assert chosen.status == 200
    days = [MeterDay(mpan(7), date(2025, 1, day), ("0.5",) * 48) for day in (14, 15)]
    done = front.run(project, wide(days), filename="half-hourly.csv")
    assert done["receipt"]["warnings"] == {"grid-intensity-missing": 48}
    measured = front.get(f"/v1/projects/{quote(project)}/summary")["measured"]
    # 24 kWh x 0.177 kg of 2025 are 4.248 kg; 6 kWh x 0.1 kg and 18 kWh x 0.25 kg are 5.1 kg
    assert measured["gwp_kgco2e"]["value"] == 9.348
    assert [(rung["rung"], rung["percent"]) for rung in measured["rungs"]] == [
        ("half_hour", 50.0),
        ("year", 50.0),
    ]
    assert front.entries(project)[-1]["impact"]["provenance"]["mix_source"].startswith("neso-gb@")
