"""Imports through the front door: presigned upload, event, state machine, handlers with their own roles."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.files import V2, export, minutes, row
from support.front import Front

pytestmark = pytest.mark.stack

OUTCOMES = ("imported", "updated", "duplicate_identical", "duplicate_differing", "rejected", "excluded")


def adds_up(receipt: dict[str, Any]) -> bool:
    return bool(receipt["rows_in"] == sum(receipt[outcome] for outcome in OUTCOMES))


def summary(front: Front, project: str, **query: Any) -> Any:
    return front.get(f"/v1/projects/{project.replace(' ', '%20')}/summary", **query)


def nothing_is_left(front: Front, project: str) -> bool:
    return bool(summary(front, project)["entries"] == 0 and front.entries(project) == [])


def test_a_file_becomes_entries_with_energy_and_carbon(front: Front, project: str) -> None:
    rows = [
        row("2025-11-04T22:09:47.543Z", model="gpt-5", buckets=(10, 20, 30, 1000), cost="0.10"),
        row("2025-11-04T22:08:09.196Z", model="auto", buckets=(1, 2, 3, 4), cost="Included"),
        row("2025-11-03T01:00:00.000Z", kind="Errored, Not Charged", buckets=(0, 0, 0, 0), cost="0.50"),
        row("2025-11-03T02:00:00.000Z", model="gpt-5", buckets=("", "", "", ""), total="", cost="0.02"),
    ]
    content = export(rows)
    done = front.run(project, content)
    assert (done["status"], done["phase"], done["percent"], done["format"]) == (
        "completed",
        "done",
        100,
        "cursor",
    )
    assert done["rows"] == {"total": 4, "processed": 4, "imported": 4, "failed": 0}
    assert done["started_at"] >= done["queued_at"] >= done["created_at"]
    receipt = done["receipt"]
    assert adds_up(receipt)
    assert (receipt["imported"], receipt["calculated"], receipt["not_applicable"], receipt["days"]) == (
        4,
        3,
        1,
        2,
    )
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    found = summary(front, project)
    assert found["entries"] == 4
    assert found["tokens"] == {
        "input": 22,
        "cache_write": 11,
        "cache_read": 33,
        "output": 1004,
        "total": 1070,
    }
    assert (found["cost"]["reported"], found["cost"]["charged"], found["cost"]["currency"]) == (
        0.62,
        0.12,
        "USD",
    )
    assert found["energy_kwh"]["low"] < found["energy_kwh"]["value"] < found["energy_kwh"]["high"]
    assert [day["day"] for day in found["days"]] == ["2025-11-03", "2025-11-04"]
    entries = front.entries(project)
    assert [e["ts"] for e in entries] == sorted(e["ts"] for e in entries)
    last = entries[-1]
    assert (last["ts"], last["row"], last["source"]) == ("2025-11-04T22:09:47.543Z", 1, done["import_id"])
    assert last["impact"]["model"] == {
        "raw": "gpt-5",
        "resolved": "openai/gpt-5",
        "step": "exact",
        "quality": "exact",
    }
    # EcoLogits 0.11.3: 1,000 output tokens of gpt-5 in its default zone, without input
    assert last["impact"]["parts"]["output"]["energy_kwh"]["low"] == pytest.approx(1.38213e-3, rel=1e-5)
    assert last["impact"]["parts"]["output"]["energy_kwh"]["high"] == pytest.approx(2.0381e-3, rel=1e-5)


def test_importing_a_file_again_imports_nothing(front: Front, project: str) -> None:
    content = export(minutes(300))
    first, second = front.run(project, content), front.run(project, content)
    assert first["receipt"]["imported"] == 300
    assert (second["receipt"]["imported"], second["receipt"]["duplicate_identical"]) == (0, 300)
    assert summary(front, project)["entries"] == 300


def test_two_imports_of_one_file_at_once_count_every_row_once(front: Front, project: str) -> None:
    content = export(minutes(1440, day="2025-11-04") + minutes(1440, day="2025-11-03"))
    with ThreadPoolExecutor(2) as tabs:
        receipts = [done["receipt"] for done in tabs.map(lambda _: front.run(project, content), range(2))]
    assert sum(receipt["imported"] for receipt in receipts) == 2880
    assert sum(receipt["duplicate_identical"] for receipt in receipts) == 2880
    found = summary(front, project)
    assert (found["entries"], found["tokens"]["output"]) == (2880, 4 * 2880)


def test_identical_and_differing_duplicates_are_counted_apart(front: Front, project: str) -> None:
    front.run(project, export(minutes(10, cost="Included")))
    changed = minutes(5, cost="0.25") + minutes(10, cost="Included")[:5]
    receipt = front.run(project, export(changed))["receipt"]
    assert (receipt["imported"], receipt["duplicate_identical"], receipt["duplicate_differing"]) == (0, 5, 5)


def test_a_file_of_several_chunks_gives_what_one_reading_gives(front: Front, project: str) -> None:
    kinds = ("Included", 'a ""quoted"" word', 'two\nlines, and ""2025-11-04T00:00:00.000Z"",1,2', "On-Demand")
    step_ms = 20_000
    rows = []
    for n in range(190_000):
        at = time.gmtime(1_730_000_000 + n * step_ms // 1000)
        rows.append(
            row(time.strftime("%Y-%m-%dT%H:%M:%S.000Z", at), kind=kinds[n % 97 % 4], buckets=(n % 7, 1, 2, 3))
        )
    rows[100_002] = rows[100_002].replace('"No"', '"No",""')
    content = export(rows)
    assert len(content) > 16 << 20
    done = front.run(project, content)
    receipt = done["receipt"]
    assert (receipt["rows_in"], receipt["imported"], receipt["rejects_by_code"]) == (
        190_000,
        189_999,
        {"field-count": 1},
    )
    assert summary(front, project)["tokens"]["cache_write"] == sum(
        n % 7 for n in range(190_000) if n != 100_002
    )
    (reject,) = front.get(f"/v1/imports/{done['import_id']}/rejects")["rejects"]
    lines = content.split(b"\n")
    assert reject["row"] == 100_003
    assert reject["raw"].encode() == lines[reject["line"] - 1]
    assert content[reject["offset"] :].startswith(reject["raw"].encode())


def test_bad_rows_are_named_and_the_others_are_imported(front: Front, project: str) -> None:
    good = minutes(3)
    bad = [
        row("yesterday"),
        row("2025-11-05T00:00:00.000Z", buckets=(-5, 1, 1, 1)),
        row("2025-11-05T00:01:00.000Z", buckets=("many", 1, 1, 1)),
        row("2025-11-05T00:02:00.000Z", buckets=(10**13, 1, 1, 1)),
        '"2025-11-05T00:03:00.000Z","Included"',
        row(""),
    ]
    done = front.run(project, export([good[0], *bad, *good[1:]]))
    assert (done["status"], done["rows"]["failed"]) == ("completed", 6)
    assert (done["receipt"]["imported"], done["receipt"]["rejected"]) == (3, 6)
    assert adds_up(done["receipt"])
    rejects = front.get(f"/v1/imports/{done['import_id']}/rejects")["rejects"]
    assert [r["row"] for r in rejects] == [2, 3, 4, 5, 6, 7]
    assert [r["line"] for r in rejects] == [3, 4, 5, 6, 7, 8]
    assert {r["code"] for r in rejects} >= {"date-unreadable", "field-count", "date-missing"}
    answer = front.request("GET", f"/v1/imports/{done['import_id']}/rejects", query={"format": "csv"})
    assert answer.status == 303
    location = {name.lower(): value for name, value in answer.headers.items()}["location"]
    status, listed = front.fetch(location)
    assert (status, listed.count(b"\r\n")) == (200, 7)


def test_suspicious_rows_are_kept_with_a_warning(front: Front, project: str) -> None:
    rows = [
        row("2999-01-01T00:00:00.000Z"),
        row("2025-11-05T00:00:00.000Z", total=999),
        row("2025-11-05T00:01:00.000Z", buckets=(200_000_000, 1, 1, 1)),
        row("2025-11-05T00:02:00.000Z", buckets=("", "", "", ""), total="", cost="0.3"),
        row("2025-11-05T00:03:00.000Z", cost="a lot"),
    ]
    receipt = front.run(project, export(rows))["receipt"]
    assert (receipt["imported"], receipt["rejected"]) == (5, 0)
    for code in (
        "date-in-future",
        "token-sum-mismatch",
        "tokens-suspicious",
        "tokens-blank",
        "cost-not-a-number",
    ):
        assert receipt["warnings"][code] == 1, receipt["warnings"]


def test_rows_of_only_delimiters_are_left_out_and_counted(front: Front, project: str) -> None:
    receipt = front.run(project, export([*minutes(2), "," * V2.count(","), ""]))["receipt"]
    assert (receipt["rows_in"], receipt["imported"], receipt["excluded"]) == (3, 2, 1)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (export([]), "no-rows"),
        (export(["", ""]), "no-rows"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not-a-table"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 8, "not-a-table"),
        (export(minutes(2), header=V2.replace("Date", "When")), "columns-missing"),
        (export(["gpt-5,1,2,3"], header="Model,Request Count,Tokens,Cost ($)"), "aggregated-export"),
        (b"a,b,c\n1,2,3\n", "format-unknown"),
        (f"{V2}\n\u20ac\n".encode() + b"\xff\n", "encoding-unknown"),
    ],
    ids=["header-only", "blank-lines", "png", "pdf", "no-date", "aggregated", "other-csv", "two-encodings"],
)
def test_a_file_that_is_no_fit_is_refused_with_a_clear_problem(
    front: Front, project: str, content: bytes, code: str
) -> None:
    done = front.run(project, content)
    assert (done["status"], done["receipt"]) == ("failed", None)
    assert done["problem"]["code"] == code
    assert done["problem"]["detail"].endswith(".")
    assert nothing_is_left(front, project)


def test_a_missing_column_is_named(front: Front, project: str) -> None:
    done = front.run(project, export(minutes(2), header=V2.replace("Model,", "Engine,")))
    assert done["problem"]["code"] == "columns-missing"
    assert "Model" in done["problem"]["detail"]


def test_a_quote_that_is_never_closed_ends_in_a_problem_and_leaves_nothing(
    front: Front, project: str
) -> None:
    open_quote = '"2025-11-05T00:00:00.000Z","Included'
    done = front.run(project, export([*minutes(100), open_quote, "x" * (2 << 20)]))
    assert (done["status"], done["receipt"]) == ("failed", None)
    assert done["problem"]["code"] == "record-too-long"
    assert nothing_is_left(front, project)


class TestForms:
    def test_another_key_is_refused(self, front: Front, project: str) -> None:
        created = front.create(project)
        key = created["upload"]["fields"]["key"].replace("uploads/", "uploads/other-")
        assert front.post_form(created["upload"], b"x", key=key) == 403

    def test_an_expired_form_is_refused(self, front: Front, project: str) -> None:
        created = front.create(project, expires_in=1)
        time.sleep(2.1)
        assert front.post_form(created["upload"], export(minutes(1))) == 403
        assert front.get(f"/v1/imports/{created['import_id']}")["status"] == "waiting"

    def test_a_forged_signature_is_refused(self, front: Front, project: str) -> None:
        created = front.create(project)
        assert front.post_form(created["upload"], b"x", **{"x-amz-signature": "0" * 64}) == 403

    @pytest.mark.parametrize("size", [9, 11])
    def test_another_size_than_announced_is_refused(self, front: Front, project: str, size: int) -> None:
        created = front.create(project, size=10)
        assert front.post_form(created["upload"], b"x" * size) == 400

    def test_an_empty_file_is_refused(self, front: Front, project: str) -> None:
        created = front.create(project)
        assert front.post_form(created["upload"], b"") == 400
        assert nothing_is_left(front, project)

    def test_a_file_over_the_limit_is_refused_before_it_is_sent(self, front: Front, project: str) -> None:
        answer = front.request(
            "POST",
            f"/v1/projects/{project.replace(' ', '%20')}/imports",
            body={"filename": "big.csv", "size": 5 * 1024**3 + 1},
        )
        assert (answer.status, answer.body["code"]) == (413, "file-too-large")

    def test_another_checksum_than_announced_is_refused(self, front: Front, project: str) -> None:
        done = front.run(project, export(minutes(2)), sha256="0" * 64)
        assert (done["status"], done["problem"]["code"]) == ("failed", "upload-mismatch")
        assert nothing_is_left(front, project)


def test_a_dry_run_writes_nothing_and_tells_what_the_import_then_does(front: Front, project: str) -> None:
    front.run(project, export(minutes(20)))
    content = export([*minutes(30, cost="0.10"), row("soon")])
    dry = front.run(project, content, dry_run=True)["receipt"]
    assert summary(front, project)["entries"] == 20
    real = front.run(project, content)["receipt"]
    assert {**dry, "ledger_version": 0} == {**real, "ledger_version": 0}
    assert (real["imported"], real["duplicate_identical"], real["rejected"]) == (10, 20, 1)


def test_a_span_of_days_limits_the_summary_and_the_entries(front: Front, project: str) -> None:
    rows = [line for day in ("2025-11-01", "2025-11-02", "2025-11-03") for line in minutes(5, day=day)]
    front.run(project, export(rows))
    assert summary(front, project, **{"from": "2025-11-02"})["entries"] == 10
    assert summary(front, project, **{"from": "2025-11-02", "to": "2025-11-02"})["entries"] == 5
    entries = front.entries(project, limit=3, to="2025-11-02")
    assert len(entries) == len({e["ts"] for e in entries}) == 10


def test_imports_are_listed_newest_first_and_by_status(front: Front, project: str) -> None:
    good = front.run(project, export(minutes(1)))
    bad = front.run(project, b"a,b\n1,2\n")
    listed = front.get("/v1/imports", project=project)["imports"]
    assert [i["import_id"] for i in listed] == [bad["import_id"], good["import_id"]]
    failed = front.get("/v1/imports", project=project, status="failed")["imports"]
    assert [i["import_id"] for i in failed] == [bad["import_id"]]
