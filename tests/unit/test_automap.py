"""A proposal is made of what names and values prove, and what they leave open is asked."""

from __future__ import annotations

import csv

import pytest

from gramledger.core.automap import Proposal, propose_usage


def propose(*lines: str) -> Proposal:
    header, *rows = csv.reader(lines)
    return propose_usage(header, rows)


@pytest.mark.parametrize(
    ("header", "row", "fields"),
    [
        (
            "created_at,model,prompt_tokens,completion_tokens,cost_usd",
            "2025-11-04T10:00:00Z,gpt-5,10,20,0.01",
            "time,model,input,output,cost",
        ),
        (
            "Datum;Modell;Eingabe-Token;Ausgabe-Token;Kosten",
            "4.11.2025;gpt-5;10;20;0,01",
            "time,model,input,output,cost",
        ),
        ("date,tokens,user_email", "2025-11-04,10,a@b.c", "time,total,user"),
        ("ts,model,amount", "1762250400,gpt-5,$1.20", "time,model,cost"),
        ("date,timestamp,output", "2025-11-04,2025-11-04 10:00,7", "-,time,output"),
        ("time,date,output tokens", "10:30,2025-11-04,7", "clock,date,output"),
        ("time,started_at,output tokens", "0.53,2025-11-04T10:00Z,7", "-,time,output"),
        ("request id,day,total tokens", "abc,2025-11-04,12", "id,time,total"),
    ],
)
def test_columns_are_told_by_their_names_and_values(header: str, row: str, fields: str) -> None:
    delimiter = ";" if ";" in header else ","
    names, cells = header.split(delimiter), row.split(delimiter)
    proposal = propose_usage(names, [cells])
    expected = {field: index for index, field in enumerate(fields.split(",")) if field != "-"}
    assert proposal.fields == expected
    assert proposal.certain
    assert not proposal.doubts


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("date,amount", "2025-11-04,12.50"),
        ("model,output tokens", "gpt-5,7"),
        ("date,output tokens", "soon,7"),
        ("date,output tokens", "2025-11-04,many"),
        ("date,output tokens", "2025-11-04,-7"),
        ("a,b,c", "1,2,3"),
        ("date,model,cost", "2025-11-04,7,0.10"),
        ("date,max output tokens allowed", "2025-11-04,7"),
    ],
)
def test_what_does_not_certainly_state_usage_is_no_proposal(header: str, row: str) -> None:
    assert not propose(header, row).certain


def test_a_column_of_which_only_a_part_of_the_name_is_known_is_a_doubt() -> None:
    proposal = propose("date,output tokens,billed input tokens (k)", "2025-11-04,7,8")
    assert proposal.fields["input"] == 2
    assert [*proposal.doubts] == ["input"]
    assert proposal.certain


def test_an_id_is_one_only_where_it_tells_rows_apart() -> None:
    assert "id" not in propose("id,date,tokens", "a,2025-11-04,1", "a,2025-11-04,2").fields
    assert "id" not in propose("id,date,tokens", ",2025-11-04,1").fields


CACHED = "date,input tokens,cached tokens,output tokens,total tokens"


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        (["2025-11-04,100,60,10,110", "2025-11-05,5,0,1,6"], "whole_input"),
        (["2025-11-04,100,60,10,170"], "input"),
        (["2025-11-04,10,60,10,"], "input"),
    ],
)
def test_whether_the_input_counts_the_cached_tokens_is_proved_by_the_rows(
    rows: list[str], field: str
) -> None:
    proposal = propose(CACHED, *rows)
    assert (proposal.fields[field], proposal.questions) == (1, ())
    assert {"input", "whole_input"} & proposal.fields.keys() == {field}


@pytest.mark.parametrize(
    "rows",
    [
        ["2025-11-04,100,0,10,110"],
        ["2025-11-04,100,60,10,1"],
        ["2025-11-04,100,60,10,110", "2025-11-04,100,60,10,170"],
    ],
)
def test_what_the_rows_do_not_prove_is_asked(rows: list[str]) -> None:
    proposal = propose(CACHED, *rows)
    assert len(proposal.questions) == 1
    assert not proposal.certain
    assert not propose(CACHED.replace(",total tokens", ""), *(row.rpartition(",")[0] for row in rows)).certain
