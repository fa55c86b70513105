"""Alarms have a page, and the dashboard and alarms look at metrics that somebody writes."""

from __future__ import annotations

import json
import re
from typing import Any

from gramledger.core.fetch_cursors import TALLIES
from gramledger.core.parity.retention import REFUSALS
from gramledger.entry.metrics import NAMESPACE, camel
from local.home import ROOT

Resources = dict[str, dict[str, Any]]
RUNBOOK = (ROOT / "docs/how-to/answer-alarms.md").read_text("utf-8")

WRITTEN = {
    *(f"Fetch{camel(name)}" for name in TALLIES),
    *("FetchEnabled", "FetchIssues", "ParityCompared", "ParityGaps", "ParityMissed", "ParityUnfinished"),
    "RetentionPrune",
    *(f"Retention{camel(verdict.replace('-', '_'))}" for verdict in REFUSALS),
    *("SweepBroken", "SweepTroubles"),
}
"""The metrics of fetching, parity, retention and the sweep."""


def alarms(written: Resources) -> dict[str, dict[str, Any]]:
    return {name: r["Properties"] for name, r in written.items() if r["Type"] == "AWS::CloudWatch::Alarm"}


def test_every_alarm_has_its_place_in_the_runbook_and_no_other_has(written: Resources) -> None:
    found = alarms(written)
    assert len(found) > 20
    rows = set(re.findall(r"^\| `(\w+)` \|", RUNBOOK, re.MULTILINE))
    assert rows | set(re.findall(r"`(\w+(?:Errors|Failures))`", RUNBOOK)) == set(found)


def test_alarms_of_our_own_metrics_look_at_what_is_written(written: Resources) -> None:
    own = [alarm for alarm in alarms(written).values() if alarm["Namespace"] == NAMESPACE]
    assert len(own) >= 4
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}
    for alarm in own:
        (dimension,) = alarm["Dimensions"]
        assert alarm["MetricName"] in WRITTEN
        assert dimension["Name"] == "service"
        assert dimension["Value"] in folders


def test_the_dashboard_shows_metrics_that_are_written(written: Resources) -> None:
    text = written["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    assert set(re.findall(r"\$\{(\w+)\}", text)) <= written.keys()
    body = json.loads(re.sub(r"\$\{[^}]+\}", "x", text))
    names: set[str] = set()
    for widget in body["widgets"]:
        first = widget["properties"]["metrics"][0][0]
        for metric in widget["properties"]["metrics"]:
            if first == NAMESPACE and len(metric) > 1 and isinstance(metric[1], str) and metric[0] != "...":
                names.add(metric[1])
    names |= set(re.findall(r'MetricName=\\"(\w+)\\"', text))
    assert len(names) > 15
    assert names <= WRITTEN
