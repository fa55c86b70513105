"""Files that are turned into text first: the same entries as from the text itself, or a clear refusal."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.files import export, minutes
from support.runs import import_file, new_world, pages

from gramledger.core.convert.json_table import table

TEXT = export(minutes(300))


def outcome_of(content: bytes, filename: str = "usage.csv") -> tuple[str, int | str]:
    """(status, rows imported) or (status, code of the problem)."""
    done = import_file(new_world(), content, filename=filename)
    return done.status, done.receipt["imported"] if done.receipt else (done.problem or {})["code"]


def test_a_gzip_file_gives_what_its_text_gives() -> None:
    plain, packed = new_world(), new_world()
    import_file(plain, TEXT)
    content = gzip.compress(TEXT)
    done = import_file(packed, content, filename="usage.csv.gz")
    assert (done.status, done.converted, done.size) == ("completed", "gzip", len(content))
    assert (done.receipt or {})["sha256"] == hashlib.sha256(content).hexdigest()
    sources = {"source", "created_by"}
    assert without(pages(packed), sources) == without(pages(plain), sources)
    assert not list(packed.uploads.keys("uploads/")), "the upload or its text was left behind"


def without(found: dict[str, list[dict[str, object]]], names: set[str]) -> dict[str, list[dict[str, object]]]:
    return {
        day: [{k: v for k, v in entry.items() if k not in names} for entry in rows]
        for day, rows in found.items()
    }


def test_gzip_members_are_read_one_after_another() -> None:
    half = len(TEXT) // 2
    content = gzip.compress(TEXT[:half]) + gzip.compress(TEXT[half:]) + bytes(512)
    assert outcome_of(content) == ("completed", 300)


@pytest.mark.parametrize("cut", [5, 100, -1, -9])
def test_a_gzip_file_that_was_cut_off_is_refused(cut: int) -> None:
    assert outcome_of(gzip.compress(TEXT)[:cut]) == ("failed", "archive-unreadable")


def test_a_gzip_file_with_something_behind_it_is_refused() -> None:
    assert outcome_of(gzip.compress(TEXT) + b"more") == ("failed", "archive-unreadable")


def test_an_archive_within_an_archive_is_refused() -> None:
    assert outcome_of(gzip.compress(gzip.compress(TEXT))) == ("failed", "archive-contents")


def zip_of(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return held.getvalue()


class Forward(io.RawIOBase):
    """A sink that cannot go back, so that sizes are written behind the data."""

    def __init__(self) -> None:
        self.content = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.content += piece
        return len(piece)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_archive_of_one_file_gives_what_its_text_gives(method: int) -> None:
    done = import_file(new_world(), zip_of(("usage.csv", TEXT), method=method), filename="usage.zip")
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 300)
    assert done.converted == "ZIP archive with 'usage.csv'"


@pytest.mark.parametrize("zip64", [False, True])
def test_a_zip_archive_whose_sizes_follow_its_data_is_read(zip64: bool) -> None:
    sink = Forward()
    with (
        zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive,  # type: ignore[arg-type] # a sink is enough
        archive.open("usage.csv", "w", force_zip64=zip64) as member,
    ):
        member.write(TEXT)
    assert outcome_of(bytes(sink.content)) == ("completed", 300)


def test_what_the_finder_adds_to_an_archive_is_no_file() -> None:
    content = zip_of(("usage.csv", TEXT), ("__MACOSX/._usage.csv", b"\0\5\x16\7"))
    assert outcome_of(content) == ("completed", 300)


@pytest.mark.parametrize(
    "content",
    [
        zip_of(),
        zip_of(("one.csv", TEXT), ("two.csv", TEXT)),
        zip_of(("folder/usage.csv", TEXT)),
        zip_of(("../usage.csv", TEXT)),
        zip_of(("C:\\usage.csv", TEXT)),
        zip_of(("usage.csv.gz", gzip.compress(TEXT))),
        zip_of(("usage.zip", zip_of(("usage.csv", TEXT)))),
    ],
    ids=["empty", "two files", "folder", "parent folder", "drive", "gzip inside", "zip inside"],
)
def test_an_archive_that_is_not_just_one_file_is_refused(content: bytes) -> None:
    assert outcome_of(content) == ("failed", "archive-contents")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_archive_with_a_wrong_checksum_is_refused(method: int) -> None:
    content = bytearray(zip_of(("usage.csv", TEXT), method=method))
    content[14] ^= 1
    assert outcome_of(bytes(content)) == ("failed", "archive-unreadable")


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("cut", [20, 200, 500])
def test_a_zip_archive_that_was_cut_off_is_refused(method: int, cut: int) -> None:
    assert outcome_of(zip_of(("usage.csv", TEXT), method=method)[:cut]) == ("failed", "archive-unreadable")


def test_encrypted_and_oddly_packed_archives_are_refused() -> None:
    encrypted = bytearray(zip_of(("usage.csv", TEXT)))
    encrypted[6] |= 1
    assert outcome_of(bytes(encrypted)) == ("failed", "archive-unreadable")
    assert outcome_of(zip_of(("u.csv", TEXT), method=zipfile.ZIP_LZMA)) == ("failed", "archive-unreadable")


EVENT = {
    "Date": "2025-11-04T22:09:47.543Z",
    "Kind": "Included",
    "Model": 'gpt-5, "high"\nfast',
    "Input (w/ Cache Write)": 1,
    "Input (w/o Cache Write)": 2,
    "Cache Read": None,
    "Output Tokens": 4,
    "Cost": 0.10,
}


def event(minute: int, **more: object) -> dict[str, object]:
    return {**EVENT, "Date": f"2025-11-04T22:{minute:02d}:47.543Z", **more}


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(event(n)) for n in range(40)),
        "\ufeff" + "\r\n\r\n".join(json.dumps(event(n)) for n in range(40)) + "\r\n",
        json.dumps([event(n) for n in range(40)]),
        json.dumps([event(n) for n in range(40)], indent=2),
        json.dumps({"records": [event(n) for n in range(40)], "next": None}),
    ],
    ids=["lines", "lines with blank ones", "array", "array over lines", "array in an object"],
)
def test_json_records_become_entries(content: str) -> None:
    world = new_world()
    done = import_file(world, content.encode(), filename="usage.json")
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 40)
    (rows,) = pages(world).values()
    entry = rows[0]
    assert (entry["model"], entry["cache_write"], entry["input"], entry["cache_read"], entry["output"]) == (
        'gpt-5, "high"\nfast',
        1,
        2,
        None,
        4,
    )
    assert entry["cost_text"] == "0.1"


def test_members_that_turn_up_late_are_kept() -> None:
    lines = [event(n % 60, Date=f"2025-11-04T{n // 60:02d}:{n % 60:02d}:00Z") for n in range(1100)]
    lines[1099]["note"] = {"by": "ada", "n": 1.50}
    world = new_world()
    done = import_file(world, "\n".join(map(json.dumps, lines)).encode())
    assert (done.receipt or {})["imported"] == 1100
    (rows,) = pages(world).values()
    kept = [json.loads(row["original"]) for row in rows if row["original"]]
    assert [json.loads(k["other_members"]) for k in kept if k.get("other_members")] == [
        {"note.by": "ada", "note.n": 1.5}
    ]


def test_the_cursor_admin_api_gives_the_ledger_of_the_export() -> None:
    answer = {
        "totalUsageEventsCount": 1,
        "usageEventsDisplay": [
            {
                "timestamp": "1762294187543",
                "model": "gpt-5",
                "kindLabel": "Usage-based",
                "maxMode": True,
                "requestsCosts": 5,
                "tokenUsage": {
                    "inputTokens": 126,
                    "outputTokens": 450,
                    "cacheWriteTokens": 6112,
                    "cacheReadTokens": 11964,
                    "totalCents": 20.18232,
                },
                "userEmail": "ada@example.org",
            }
        ],
    }
    exported = (
        "Date,User,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Cost\n"
        "2025-11-04T22:09:47.543Z,ada@example.org,Usage-based,gpt-5,Yes,6112,126,11964,450,0.2018232\n"
    )
    from_api, from_export = new_world(), new_world()
    done = import_file(from_api, json.dumps(answer).encode(), filename="events.json")
    assert (done.status, done.format, done.converted) == ("completed", "cursor", "JSON")
    import_file(from_export, exported.encode())
    apart = {"source", "original"}
    assert without(pages(from_api), apart) == without(pages(from_export), apart)


def test_pages_of_openais_usage_api_give_the_ledger_of_the_export() -> None:
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 130_208,
        "output_tokens": 1253,
        "input_cached_tokens": 128_955,
        "num_model_requests": 4,
        "project_id": "proj_1",
        "user_id": None,
        "api_key_id": None,
        "model": "gpt-5",
        "batch": False,
        "service_tier": None,
    }
    days = [
        {
            "object": "bucket",
            "start_time": 1762214400 + 86400 * day,
            "end_time": 1762300800 + 86400 * day,
            "results": r,
        }
        for day, r in enumerate(([result], []))
    ]
    page = {"object": "page", "data": days, "has_more": False, "next_page": None}
    exported = (
        "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,batch,"
        "service_tier,input_tokens,output_tokens,input_cached_tokens\n"
        "1762214400,1762300800,2025-11-04T00:00:00.000Z,2025-11-05T00:00:00.000Z,proj_1,4,,,gpt-5,false,,130208,1253,"
        "128955\n"
        "1762300800,1762387200,2025-11-05T00:00:00.000Z,2025-11-06T00:00:00.000Z,,,,,,,,,,\n"
    )
    expected = new_world()
    receipt = import_file(expected, exported.encode()).receipt or {}
    for content in (page, [page], [page["data"][0], page["data"][1]]):
        world = new_world()
        done = import_file(world, json.dumps(content).encode(), filename="usage.json")
        assert (done.status, done.format) == ("completed", "openai-usage"), done.problem
        assert done.receipt
        assert {**done.receipt, "sha256": ""} == {**receipt, "sha256": ""}
        assert without(pages(world), {"source"}) == without(pages(expected), {"source"})
    (rows,) = pages(expected).values()
    assert [(r["input"], r["cache_read"], r["output"]) for r in rows] == [(1253, 128_955, 1253)]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ('[{"Date": 1}, 2]', "json-unreadable"),
        ('[{"Date": 1}', "json-unreadable"),
        ('{"Date": 1, "Date": 2}', "json-unreadable"),
        ('[{"Date": {"a": 1, "a": 2}}]', "json-unreadable"),
        ('{"Date": 1}\n7', "json-unreadable"),
        ('{"Date" 1}', "json-unreadable"),
        ('{"Date": 1}}', "json-unreadable"),
        ("[]", "no-rows"),
        ("{}", "no-rows"),
        ('[{"name": "ada"}]', "format-unknown"),
        ('{"Date": "caf\udce9"}', "json-unreadable"),
        ("[" * 1_000_000, "json-unreadable"),
        ('{"a":' * 1_000_000, "json-unreadable"),
    ],
    ids=range(13),
)
def test_json_that_holds_no_records_is_refused(content: str, code: str) -> None:
    assert outcome_of(content.encode("utf-8", "surrogateescape"), "usage.json") == ("failed", code)


def test_half_a_surrogate_pair_stays_the_escape_sequence_that_it_was() -> None:
    world = new_world()
    import_file(world, json.dumps(event(1, Model="a\ud800b")).encode())
    assert [row["model"] for rows in pages(world).values() for row in rows] == ["a\\ud800b"]


@given(st.lists(st.integers(1, 40)), st.integers(0, 3))
def test_json_is_read_alike_wherever_its_pieces_end(sizes: list[int], form: int) -> None:
    found = [event(n, Model="modèle", Cost=12345) for n in range(3)]
    content = [
        "\n".join(map(json.dumps, found)),
        json.dumps(found, ensure_ascii=False),
        json.dumps({"total": 1234567, "data": found, "more": False}, indent=1),
        json.dumps(found[0]),
    ][form].encode()
    pieces, rest = [], content
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert b"".join(table(iter((*pieces, rest)))) == b"".join(table(iter((content,))))
