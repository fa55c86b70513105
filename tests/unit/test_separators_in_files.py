"""Decimal commas from the file to the claims, the same on the quick and on the exact way."""

from __future__ import annotations

from support.csv_texts import GOOD, V2, Upload

from gramledger.core.recognise import recognise


def costs(*amounts: str, spoiled: bool) -> list[int | None]:
    rows = [GOOD.removesuffix("0.01").replace(",", ";") + amount for amount in amounts]
    if spoiled:
        rows.append("too;few")
    octets = "\n".join([V2.replace(",", ";"), *rows, ""]).encode()
    return Upload(octets, recognise(octets, len(octets))).read().claims["cost"].to_pylist()


def test_decimal_commas_and_grouping_points_are_read_where_the_file_proves_them() -> None:
    for spoiled in (False, True):
        assert costs("0,02", "1,234", "1.234", spoiled=spoiled) == [
            20_000_000,
            1_234_000_000,
            1_234_000_000_000,
        ]


def test_what_may_be_a_decimal_or_a_thousand_is_no_amount() -> None:
    for spoiled in (False, True):
        assert costs("1,234", "Included", "12", spoiled=spoiled) == [None, None, 12_000_000_000]
