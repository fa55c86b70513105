"""Usage in a table of any tool becomes claims as a mapping says, or as a proposal that waits to be confirmed."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.csv_texts import GOOD, V2, Upload, read_rows
from support.tables import read_table, recognised, table, template

from gramledger.core.claims import BUCKETS
from gramledger.core.iso import iso
from gramledger.core.mapping import SavedMapping
from gramledger.core.problems import ColumnsMissing, DatesAmbiguous, FormatUnknown, InvalidRequest, NoRows

MAPPED = template({"time": "at", "model": "m", "input": "i", "output": "o", "cost": "c", "user": "u"})
HEADER = "at,m,i,o,c,u"


def claims(*lines: str, **wishes: Any) -> list[dict[str, Any]]:
    reading = read_table(table(*lines), **wishes)
    assert reading.rejects.num_rows == 0, reading.rejects.to_pylist()
    return [{**claim, "ts": iso(claim["ts"])} for claim in reading.claims.to_pylist()]


def codes(*lines: str, **wishes: Any) -> list[str]:
    return read_table(table(*lines), **wishes).rejects["code"].to_pylist()


def test_a_mapped_row_becomes_a_claim_with_what_it_states() -> None:
    (claim,) = claims(HEADER, "2025-11-04T10:00:00Z,gpt-5,10,20,€0.05,ada", template=MAPPED)
    assert claim["ts"] == "2025-11-04T10:00:00.000Z"
    assert (claim["model"], claim["user"], claim["input"], claim["output"]) == ("gpt-5", "ada", 10, 20)
    assert (claim["cost"], claim["charged"], claim["currency"]) == (50_000_000, 50_000_000, "EUR")
    assert [claim[name] for name in ("cache_read", "cache_write", "total", "requests")] == [None] * 4
    assert claim["original"] is None


def test_one_call_is_the_same_in_the_dialect_of_a_tool_that_counts_cached_tokens_inside() -> None:
    cursor = GOOD.replace(",1,2,3,4,10,", ",1253,5,128955,0,130213,")
    (known,) = read_rows(cursor, header=V2).claims.to_pylist()
    inside = {
        "time": "t",
        "model": "m",
        "whole_input": "i",
        "cache_read": "r",
        "cache_write": "w",
        "output": "o",
        "total": "n",
    }
    (mapped,) = claims(
        "t,m,i,r,w,o,n", f"{GOOD[:24]},auto,130213,128955,1253,0,130213", template=template(inside)
    )
    assert {name: mapped[name] for name in (*BUCKETS, "total")} == {
        name: known[name] for name in (*BUCKETS, "total")
    }
    assert mapped["ts"] == iso(known["ts"])
    assert mapped["warnings"] is None


def test_constants_stand_in_every_row() -> None:
    said = template(
        {
            "time": "t",
            "output": "o",
            "model": "=gpt-5",
            "kind": "=chat",
            "requests": "=3",
            "cost": "c",
            "currency": "=eur",
        }
    )
    (claim,) = claims("t,o,c", "2025-11-04 10:00Z,7,0.10", template=said)
    assert (claim["model"], claim["kind"], claim["requests"], claim["currency"]) == (
        "gpt-5",
        "chat",
        3,
        "EUR",
    )


def test_date_and_clock_in_two_columns_are_one_instant() -> None:
    said = template({"date": "d", "clock": "c", "output": "o"}, zone="Europe/London", dates="d/m/Y")
    reading = read_table(
        table(
            "d,c,o",
            "26/10/2025,00:30,1",
            "26/10/2025,01:30,2",
            "26/10/2025,02:30,3",
            "27/10/2025,,4",
            ",10:00,5",
            "27/10/2025,25:00,6",
        ),
        template=said,
    )
    assert [iso(ts) for ts in reading.claims["ts"].to_pylist()] == [
        "2025-10-25T23:30:00.000Z",
        "2025-10-26T02:30:00.000Z",
        "2025-10-27T00:00:00.000Z",
    ]
    assert [(r["row"], r["code"], r["column"]) for r in reading.rejects.to_pylist()] == [
        (1, "time-ambiguous", "d"),
        (4, "date-unreadable", "d"),
        (5, "date-unreadable", "d"),
    ]


def test_bad_cells_are_named_and_alter_no_neighbour() -> None:
    reading = read_table(
        table(
            HEADER,
            "2025-11-04T10:00:00.0001Z,a,1.0,2,free,u",
            "never,a,1,2,0,u",
            "2025-11-04,a,1,2,0,u",
            "2025-11-04T10:00Z,a,1.5,-2,0,u",
            ",a,1,2,0,u",
            "2025-11-04T10:00Z,b,,2,0.5,u",
        ),
        template=MAPPED,
    )
    assert [(r["row"], r["code"], r["column"]) for r in reading.rejects.to_pylist()] == [
        (1, "date-unreadable", "at"),
        (2, "date-without-zone", "at"),
        (3, "tokens-not-a-number", "i"),
        (4, "date-missing", "at"),
    ]
    kept = reading.claims.to_pylist()
    assert [(claim["row"], claim["model"], claim["input"], claim["cost"]) for claim in kept] == [
        (0, "a", 1, None),
        (5, "b", None, 500_000_000),
    ]
    assert json.loads(kept[0]["original"]) == {"at": "2025-11-04T10:00:00.0001Z"}


def test_a_total_that_is_not_the_sum_of_its_parts_is_a_warning() -> None:
    said = template({"time": "t", "input": "i", "output": "o", "total": "n"})
    rows = [
        "2025-11-04T10:00Z,1,2,3",
        "2025-11-04T11:00Z,1,2,4",
        "2025-11-04T12:00Z,,,4",
        "2025-11-04T13:00Z,1,2,",
    ]
    warnings = [claim["warnings"] for claim in claims("t,i,o,n", *rows, template=said)]
    assert warnings == [None, "token-sum-mismatch", "tokens-blank", None]


def keys(*lines: str, **members: Any) -> list[dict[str, str]]:
    said = template({"time": "at", "model": "m", "output": "o", **members.pop("columns", {})}, **members)
    return [json.loads(claim["key"].partition("|")[2]) for claim in claims(*lines, template=said)]


def test_rows_of_an_instant_are_told_apart_by_all_but_their_numbers() -> None:
    header, at = "at,m,o,Team,note", "2025-11-04T10:00Z"
    found = keys(header, f"{at},a,1,x,", f"{at},a,2,x,", f"{at},a,1,y,", f"{at},b,1,x,z", f"{at},,1,,")
    assert found == [
        {"model": "a", "team": "x"},
        {"model": "a", "team": "x"},
        {"model": "a", "team": "y"},
        {"model": "b", "team": "x", "note": "z"},
        {},
    ]


def test_an_id_alone_tells_rows_apart_and_a_row_without_one_is_told_apart_like_others() -> None:
    found = keys("at,m,o,n", "2025-11-04T10:00Z,a,1,7", "2025-11-04T10:00Z,a,1,", columns={"id": "n"})
    assert found == [{"id": "7"}, {"model": "a"}]


def test_other_columns_can_be_said_to_tell_rows_apart() -> None:
    found = keys("at,m,o,x", "2025-11-04T10:00Z,a,1,7", "2025-11-04T10:00Z,a,2,7", key=["m", 3])
    assert found == [{"model": "a", "output": "1"}, {"model": "a", "output": "2"}]


def test_unnamed_columns_and_columns_of_one_name_stay_apart_in_keys() -> None:
    (found,) = keys("at,m,o,,x,X,user", "2025-11-04T10:00Z,a,1,p,q,r,s")
    assert found == {"model": "a", " 4": "p", "x 5": "q", "x 6": "r", "user 7": "s"}


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_the_order_of_columns_changes_nothing(order: tuple[int, ...]) -> None:
    rows = [
        ["at", "m", "o", "Team"],
        ["2025-11-04T10:00Z", "a", "1", "x"],
        ["2025-11-05T10:00Z", "b", "2", ""],
    ]
    said = template({"time": "at", "model": "m", "output": "o"})
    lines = [",".join(row[index] for index in order) for row in rows]
    assert claims(*lines, template=said) == claims(*map(",".join, rows), template=said)


def test_a_table_without_a_header_is_mapped_by_numbers() -> None:
    said = template({"time": 1, "output": 3}, header=False)
    octets = table("Report", "2025-11-04T10:00Z,a,1", "2025-11-04T11:00Z,b,2")
    reading = recognised(octets, template=said)
    assert (reading.header, reading.preamble) == (["column 1", "column 2", "column 3"], ["Report"])
    assert [claim["row"] for claim in claims(*octets.decode().splitlines(), template=said)] == [0, 1]
    assert codes(*octets.decode().splitlines(), "x,y,z", template=said) == ["date-unreadable"]


def test_a_table_without_a_header_is_refused_with_the_way_to_map_it() -> None:
    row = "2025-11-04T10:00Z,gpt-5,10,20"
    with pytest.raises(FormatUnknown, match="'header': false"):
        recognised(table(row, row.replace("10:", "11:")))
    with pytest.raises(FormatUnknown) as refused:
        recognised(table("when,what,how many", row.rpartition(",")[0]))
    assert "'header'" not in refused.value.detail
    with pytest.raises(FormatUnknown) as refused:
        recognised(table(",".join(f"column {n}" for n in range(200)), ",".join(map(str, range(200)))))
    assert "'header'" not in refused.value.detail
    assert "' and so on. Known are:" in refused.value.detail


def test_names_of_a_mapping_find_the_header_below_other_lines() -> None:
    octets = table("sep=;", "some words; and more", "", "at;irrelevant;o", "2025-11-04T10:00Z;x;1")
    reading = recognised(octets, template=template({"time": "at", "output": "o"}))
    assert (reading.header, reading.delimiter) == (["at", "irrelevant", "o"], ";")


def test_a_proposal_is_a_guess_and_says_so() -> None:
    reading = recognised(table("timestamp,model,output tokens", "2025-11-04T10:00Z,a,1"))
    assert (reading.format, reading.variant, reading.mapped) == ("generic-usage", "by names", "guess")
    assert (
        recognised(table("a,date,output", "x,2025-11-04T10:00Z,1"), format="generic-usage").mapped == "guess"
    )
    half = recognised(table("date,output", "4/5/2025,1"), template=template(dates="m/d/Y"))
    assert (half.mapped, half.dates) == ("guess", "m/d/Y")


def test_a_given_or_saved_mapping_is_no_guess() -> None:
    octets = table(HEADER, "2025-11-04T10:00Z,a,1,2,0,u")
    assert recognised(octets, template=MAPPED, template_name="mine").mapped == "given"
    saved = [
        SavedMapping("t", name, MAPPED.to_json(), header, 1, "ada")
        for name, header in (
            ("other", ["x", "y"]),
            ("mine", HEADER.upper().split(",")),
            ("older", HEADER.split(",")),
        )
    ]
    reading = recognised(octets, saved=saved)
    assert (reading.mapped, reading.mapping_name, reading.variant) == ("saved", "mine", "by mapping")


def test_a_known_export_is_never_taken_for_anything_else() -> None:
    saved = SavedMapping(
        "t", "mine", template({"time": "Date", "output": "Output Tokens"}).to_json(), V2.split(","), 1, ""
    )
    assert recognised(table(V2, GOOD), saved=[saved]).format == "cursor"


def test_a_format_that_is_asked_for_must_fit() -> None:
    assert recognised(table(V2, GOOD), format="cursor").format == "cursor"
    with pytest.raises(FormatUnknown, match="OpenAI"):
        recognised(table(V2, GOOD), format="openai-usage")


def test_the_zone_of_the_import_goes_before_those_of_the_mapping_and_the_project() -> None:
    octets, columns = table("t,o", "2025-07-01 10:00,1"), {"time": "t", "output": "o"}
    zoned = template(columns, zone="Asia/Tokyo")
    for wishes, hour in (
        ({"template": zoned, "zone": "UTC", "project_zone": "Europe/London"}, 10),
        ({"template": zoned, "project_zone": "Europe/London"}, 1),
        ({"template": template(columns), "project_zone": "Europe/London"}, 9),
    ):
        assert read_table(octets, **wishes).claims["ts"].to_pylist() == [
            1_751_364_000_000 - (10 - hour) * 3_600_000
        ]
    assert codes("t,o", "2025-07-01 10:00,1", template=template(columns)) == ["date-without-zone"]


def test_a_mapping_says_the_decimal_mark() -> None:
    said = {"time": "t", "cost": "c"}
    lines = ["t;c", "2025-11-04T10:00Z;1,234"]
    assert claims(*lines, template=template(said, decimal=","))[0]["cost"] == 1_234_000_000
    assert claims(*lines, template=template(said, decimal="."))[0]["cost"] == 1_234_000_000_000


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"output": "o"}, "time .*'columns'"),
        ({"time": "at"}, "output"),
        ({"date": "at", "output": "o"}, "clock"),
        ({"time": "at", "date": "m", "output": "o"}, "either"),
        ({"time": "at", "input": "i", "whole_input": "o"}, "one of them"),
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_refused(columns: dict[str, str], told: str) -> None:
    with pytest.raises(ColumnsMissing, match=told):
        recognised(table(HEADER, "2025-11-04T10:00Z,a,1,2,0,u"), template=template(columns))


def test_dates_that_may_be_meant_in_two_ways_are_asked_for() -> None:
    with pytest.raises(DatesAmbiguous):
        recognised(table("date,output", "4/5/2025,1"))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(ColumnsMissing, match="'cost'"):
        recognised(
            table("t,o", "2025-11-04T10:00Z,1"),
            template=template({"time": "t", "output": "o", "cost": "cost"}),
        )
    with pytest.raises(InvalidRequest):
        recognised(table("t,t", "2025-11-04T10:00Z,1"), template=template({"time": "t", "output": 2}))
    with pytest.raises(NoRows):
        recognised(table("t,o"), template=template({"time": "t", "output": "o"}, dates="iso"))


def test_a_file_that_nobody_knows_is_refused_with_a_mapping_to_begin_with() -> None:
    with pytest.raises(FormatUnknown) as refused:
        recognised(table("when,date,,answer,Tokens out", "x,2025-11-04,y,z,lots", "x,2025-11-05,y,z,few"))
    assert refused.value.facts["suggestion"] == {
        "format": "usage",
        "columns": {"time": {"column": "date"}},
        "dates": "iso",
    }
    assert "The suggested one has no column yet for input or whole_input or output" in refused.value.detail
    with pytest.raises(FormatUnknown, match=r"no column yet for time \(or date and clock\)\."):
        recognised(table("when,model,tokens out", "01.02.2026 10:00,a,7"))
    with pytest.raises(FormatUnknown, match="read from or written to the cache") as refused:
        recognised(table("date,input,cached,output", "2025-11-04,9,3,2"))
    assert refused.value.facts["questions"]


texts = st.sampled_from(
    ["", "a", 'say ""x""', "1,5", "two\nlines", "-7", "2025-11-04T10:00Z", "4/11/2025", "1e3", "€3", "\u2028"]
)


@settings(max_examples=60)
@given(st.lists(st.tuples(*[texts] * 6), min_size=1, max_size=12), st.integers(1, 400))
def test_blocks_and_chunks_make_no_difference(rows: list[tuple[str, ...]], block: int) -> None:
    good = "2025-11-04T10:00:00Z,a,1,2,0.5,u"
    lines = [good, *(",".join(f'"{cell}"' for cell in row) for row in rows), good]
    upload = Upload(
        octets := table(HEADER, *lines), recognised(octets, template=replace(MAPPED, dates="iso"))
    )
    whole, pieces = upload.read(), upload.read(block_bytes=block)
    assert pieces.claims.to_pylist() == whole.claims.to_pylist()
    assert pieces.rejects.to_pylist() == whole.rejects.to_pylist()
    assert whole.claims.num_rows + whole.rejects.num_rows == whole.rows
