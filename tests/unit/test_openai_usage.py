"""What the rows of an OpenAI usage export say: counts as floats, cached tokens inside the input, empty windows."""

from __future__ import annotations

import json

import pytest
from support.csv_texts import GOOD, V2, Upload, read_rows
from support.provider_texts import (
    ANTHROPIC,
    DAY,
    OPENAI_24,
    OPENAI_26,
    OPENAI_EMPTY,
    anthropic,
    empty_window,
    openai,
)

from gramledger.core import problems
from gramledger.core.chunks import ChunkReading
from gramledger.core.formats import of_header

BUCKETS = ("input", "cache_write", "cache_read", "output")


def only(reading: ChunkReading) -> dict[str, object]:
    assert reading.rejects.to_pylist() == []
    (claim,) = reading.claims.to_pylist()
    return claim


def buckets(claim: dict[str, object]) -> list[object]:
    return [claim[name] for name in BUCKETS]


def test_a_row_becomes_a_claim_with_every_column() -> None:
    claim = only(read_rows(openai(), header=OPENAI_26))
    original = json.loads(str(claim.pop("original")))
    assert claim == {
        "ts": DAY * 1000,
        "key": 'openai-usage|["proj_a","user-a","key_a","gpt-5-2025-08-07","false","default"]',
        "row": 0,
        "kind": None,
        "model": "gpt-5-2025-08-07",
        "max_mode": None,
        "user": "user-a",
        "agent": None,
        "automation": None,
        "input": 10,
        "cache_write": 30,
        "cache_read": 60,
        "output": 20,
        "total": None,
        "requests": 4,
        "cost_text": None,
        "currency": None,
        "cost": None,
        "charged": None,
        "meter": None,
        "energy": None,
        "seconds": None,
        "warnings": None,
    }
    assert original == {
        "end_time": str(DAY + 86_400),
        "project_id": "proj_a",
        "api_key_id": "key_a",
        "batch": "false",
        "service_tier": "default",
    }


@pytest.mark.parametrize(("header", "variant"), [(OPENAI_24, "2025-09"), (OPENAI_26, "2026-08")])
def test_both_versions_are_told_by_their_header(header: str, variant: str) -> None:
    assert len(header.split(",")) in (24, 26)
    profile, found = of_header(header.split(","))
    assert (profile.name, found) == ("openai-usage", variant)


def test_without_a_column_of_cache_writes_these_are_inside_the_input() -> None:
    assert buckets(only(read_rows(openai(OPENAI_24), header=OPENAI_24))) == [40, 0, 60, 20]


def test_a_blank_cell_of_cache_writes_is_unknown_and_taken_off_nothing() -> None:
    claim = only(read_rows(openai(input_cache_write_tokens=""), header=OPENAI_26))
    assert buckets(claim) == [40, None, 60, 20]


def test_both_versions_give_a_window_the_same_key() -> None:
    older = only(read_rows(openai(OPENAI_24), header=OPENAI_24))
    newer = only(read_rows(openai(), header=OPENAI_26))
    assert (older["ts"], older["key"]) == (newer["ts"], newer["key"])


@pytest.mark.parametrize("output", [1253, 742])
def test_one_call_in_three_dialects_has_the_same_buckets(output: int) -> None:
    # 5 + 128,955 + 1,253 = 130,213
    cursor = only(read_rows(GOOD.replace(",1,2,3,4,10,", f",1253,5,128955,{output},{130213 + output},")))
    provider = only(
        read_rows(
            openai(
                input_tokens="130213.0",
                input_cached_tokens="128955.0",
                input_cache_write_tokens="1253.0",
                output_tokens=f"{output}.0",
            ),
            header=OPENAI_26,
        )
    )
    console = only(
        read_rows(
            anthropic(
                usage_input_tokens_no_cache="5",
                usage_input_tokens_cache_write_5m="1000",
                usage_input_tokens_cache_write_1h="253",
                usage_input_tokens_cache_read="128955",
                usage_output_tokens=str(output),
            ),
            header=ANTHROPIC,
        )
    )
    assert buckets(cursor) == buckets(provider) == buckets(console) == [5, 1253, 128_955, output]
    assert 5 + 128_955 + 1_253 == 130_213
    assert cursor["warnings"] is provider["warnings"] is console["warnings"] is None


@pytest.mark.parametrize("written", ["4", "4.", "4.0", "4.000", "4e0", " 4.0", "0.4e1"])
def test_counts_are_whole_numbers_however_they_are_written(written: str) -> None:
    assert only(read_rows(openai(num_model_requests=written), header=OPENAI_26))["requests"] == 4


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("4.5", "tokens-not-a-number"),
        ("nan", "tokens-not-a-number"),
        ("inf", "tokens-not-a-number"),
        ("four", "tokens-not-a-number"),
        ("1,00", "tokens-not-a-number"),
        ("-4.0", "tokens-negative"),
        ("1e13", "tokens-too-many"),
        ("9" * 30, "tokens-too-many"),
    ],
)
def test_other_counts_are_refused_and_their_neighbours_stay(written: str, code: str) -> None:
    reading = read_rows(openai(), openai(output_tokens=written), openai(model="b"), header=OPENAI_26)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["column"], reject["found"]) == (code, "output_tokens", written)
    assert reading.claims["row"].to_pylist() == [0, 2]
    assert reading.claims.drop_columns(["row"]).to_pylist()[0] == {
        name: value for name, value in only(read_rows(openai(), header=OPENAI_26)).items() if name != "row"
    }


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "date-missing"),
        (" ", "date-missing"),
        ("2025-11-04", "epoch-unreadable"),
        ("1762214400.5", "epoch-unreadable"),
        ("-1", "date-out-of-range"),
        ("1762214400000", "date-out-of-range"),
    ],
)
def test_a_start_that_is_no_unix_time_is_refused(written: str, code: str) -> None:
    reading = read_rows(openai(start_time=written), openai(), header=OPENAI_26)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["column"]) == (code, "start_time")
    assert reading.claims["ts"].to_pylist() == [DAY * 1000]


def test_the_unix_time_counts_and_not_the_words_beside_it() -> None:
    words = openai(start_time_iso="2025-11-04T02:00:00", end_time_iso="2031-01-01T00:00:00")
    claim = only(read_rows(words, header=OPENAI_26))
    assert claim == only(read_rows(openai(), header=OPENAI_26))


def test_windows_without_usage_are_excluded_and_not_refused() -> None:
    reading = read_rows(openai(), empty_window(OPENAI_26), openai(model="b"), header=OPENAI_26)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["row"], reject["column"]) == ("bucket-empty", 1, None)
    assert reading.claims["row"].to_pylist() == [0, 2]


def test_an_export_without_usage_has_only_empty_windows() -> None:
    upload = Upload.of(f"{OPENAI_EMPTY}\n{empty_window(OPENAI_EMPTY)}\n,,,\n".encode())
    assert (upload.reading.format, upload.reading.variant) == ("openai-usage", "without usage")
    reading = upload.read()
    assert reading.rejects["code"].to_pylist() == ["bucket-empty", "row-blank"]
    assert (reading.rows, reading.claims.num_rows) == (2, 0)


def test_zero_usage_is_an_entry_and_blank_counts_stay_blank() -> None:
    nothing = dict.fromkeys(("input_tokens", "output_tokens", "input_cached_tokens"), "0.0")
    zero = only(read_rows(openai(**nothing, input_cache_write_tokens="0.0"), header=OPENAI_26))
    assert (buckets(zero), zero["warnings"]) == ([0, 0, 0, 0], None)
    unknown = dict.fromkeys(nothing, "")
    blank = only(read_rows(openai(**unknown, input_cache_write_tokens=""), header=OPENAI_26))
    assert (buckets(blank), blank["requests"], blank["warnings"]) == ([None] * 4, 4, "tokens-blank")


def test_more_cached_tokens_than_input_are_a_warning_with_what_was_stated() -> None:
    claim = only(read_rows(openai(input_tokens="80.0"), header=OPENAI_26))
    assert buckets(claim) == [0, 30, 60, 20]
    assert (claim["total"], claim["warnings"]) == (100, "token-sum-mismatch")


def test_many_tokens_are_suspicious_only_for_the_requests_that_made_them() -> None:
    many = {"input_tokens": "300000090.0"}
    assert only(read_rows(openai(**many), header=OPENAI_26))["warnings"] is None
    one = only(read_rows(openai(**many, num_model_requests="1.0"), header=OPENAI_26))
    assert one["warnings"] == "tokens-suspicious"


@pytest.mark.parametrize(
    "dimension", ["project_id", "user_id", "api_key_id", "model", "batch", "service_tier"]
)
def test_every_dimension_tells_rows_of_one_window_apart(dimension: str) -> None:
    rows = [openai(), openai(**{dimension: "other"}), openai(**{dimension: ""})]
    assert len(set(read_rows(*rows, header=OPENAI_26).claims["key"].to_pylist())) == 3


def test_the_key_is_that_of_the_api_where_batch_is_a_word_of_json() -> None:
    rows = [openai(), openai(batch="false"), openai(batch="True")]
    assert len(set(read_rows(*rows, header=OPENAI_26).claims["key"].to_pylist())) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"batch": "False"}, {"batch": "false"}, True),
        ({"batch": "True"}, {"batch": "False"}, False),
        ({"batch": ""}, {"batch": "false"}, False),
        ({"input_audio_tokens": "3.0"}, {"input_audio_tokens": "3"}, True),
        ({"input_audio_tokens": "3.0"}, {"input_audio_tokens": "4"}, False),
        ({"input_audio_tokens": "0.0"}, {"input_audio_tokens": ""}, True),
        ({"input_audio_tokens": "many"}, {"input_audio_tokens": ""}, False),
        ({"input_uncached_tokens": "10.0"}, {"input_uncached_tokens": ""}, True),
        ({"input_uncached_tokens": "11.0"}, {"input_uncached_tokens": ""}, False),
        ({"input_uncached_tokens": "many"}, {"input_uncached_tokens": "9" * 40}, False),
        ({"compute_units": "1.50"}, {"compute_units": "1.5"}, False),
        ({"project_id": "1.0"}, {"project_id": "1"}, False),
    ],
)
def test_what_an_export_and_the_api_spell_otherwise_is_stated_alike(
    one: dict[str, str], other: dict[str, str], same: bool
) -> None:
    first, second = read_rows(openai(**one), openai(**other), header=OPENAI_26).claims["original"].to_pylist()
    assert (first == second) is same


def test_columns_in_another_order_state_the_same() -> None:
    names = OPENAI_26.split(",")
    turned = ",".join(reversed(names))
    row = openai(input_audio_tokens="3.0", output_audio_tokens="2.0")
    (one,) = read_rows(row, header=OPENAI_26).claims["original"].to_pylist()
    (other,) = read_rows(",".join(reversed(row.split(","))), header=turned).claims["original"].to_pylist()
    assert one == other


def test_no_two_combinations_of_dimensions_share_a_key() -> None:
    rows = [openai(project_id='a","b', user_id="c"), openai(project_id="a", user_id='b","c')]
    first, second = read_rows(*rows, header=OPENAI_26).claims["key"].to_pylist()
    assert first != second


def test_other_numbers_of_a_window_have_the_same_key() -> None:
    changed = openai(num_model_requests="9.0", output_tokens="999.0", end_time=str(DAY + 3600))
    claims = read_rows(openai(), changed, header=OPENAI_26).claims
    assert len(set(claims["key"].to_pylist())) == len(set(claims["ts"].to_pylist())) == 1


@pytest.mark.parametrize(
    "name", ["start_time", "num_model_requests", "model", "input_tokens", "output_tokens"]
)
def test_a_missing_column_is_named(name: str) -> None:
    header = [column for column in OPENAI_26.split(",") if column != name]
    with pytest.raises(problems.ColumnsMissing, match="OpenAI usage") as refusal:
        of_header(header)
    assert refusal.value.facts["missing"] == [name]


def test_a_cursor_export_is_none_of_openai() -> None:
    assert of_header(V2.split(","))[0].name == "cursor"
