"""The command that makes a list price file reads a release without running it, and never writes over a file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from gramledger.core import list_prices
from gramledger.core.names import plain
from tools.prices import build

PACKAGE = """
import datetime
from decimal import Decimal
from .types import *
providers: list[Provider] = [
    Provider(id='openai', name='OpenAI', models=[
        ModelInfo(
            id='o3',
            match=ClauseOr(
                or_=[ClauseEquals(equals='o3'), ClauseStartsWith(starts_with='o3-2025'), ClauseRegex(regex='^o3!')]
            ),
            prices=[
                ConditionalPrice(prices=ModelPrice(input_mtok=Decimal('10'), output_mtok=Decimal('40'))),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=datetime.date(2025, 6, 10)),
                    prices=ModelPrice(
                        input_mtok=Decimal('2'), cache_read_mtok=Decimal('0.5'), output_mtok=Decimal('8')
                    ),
                ),
                ConditionalPrice(
                    constraint=TimeOfDateConstraint(start_time=datetime.time(1, 0, tzinfo=datetime.UTC)),
                    prices=ModelPrice(input_mtok=Decimal('1'), output_mtok=Decimal('1')),
                ),
            ],
        ),
        ModelInfo(id='whisper', match=ClauseContains(contains='whisper'), prices=ModelPrice(audio_hours=Decimal('1'))),
    ]),
    Provider(id='anthropic', name='Anthropic', models=[
        ModelInfo(
            id='claude',
            match=ClauseEquals(equals='claude'),
            prices=ModelPrice(
                input_mtok=TieredPrices(base=Decimal('3'), tiers=[Tier(start=200000, price=Decimal('6'))]),
                input_audio_mtok=Decimal('9'), web_searches_kcount=Decimal('10'),
                output_mtok=Decimal('15'),
            ),
        ),
    ]),
    Provider(id='openrouter', name='OpenRouter', models=[
        ModelInfo(
            id='openai/o3',
            match=ClauseEquals(equals='openai/o3'),
            prices=ModelPrice(input_mtok=Decimal('2'), cache_read_mtok=Decimal('0.5'), output_mtok=Decimal('8')),
        ),
        ModelInfo(
            id='openai/o3:batch',
            match=ClauseEquals(equals='openai/o3:batch'),
            prices=ModelPrice(input_mtok=Decimal('1'), output_mtok=Decimal('4')),
        ),
        ModelInfo(
            id='anthropic/claude',
            match=ClauseEquals(equals='anthropic/claude'),
            prices=ModelPrice(input_mtok=Decimal('3.1'), output_mtok=Decimal('15')),
        ),
        ModelInfo(
            id='anthropic/claude:batch',
            match=ClauseEquals(equals='anthropic/claude:batch'),
            prices=ModelPrice(input_mtok=Decimal('1.5'), output_mtok=Decimal('7.5')),
        ),
    ]),
    PROVIDERS
]
"""
OTHERS = ",".join(
    f"Provider(id={name!r}, models=[])" for name in build.PROVIDERS if name not in ("openai", "anthropic")
)


def wheel(folder: Path, content: str = PACKAGE) -> Path:
    file = folder / "genai_prices-9.9.9-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("genai_prices/data.py", content.replace("PROVIDERS", OTHERS))
    return file


def made(folder: Path, content: str = PACKAGE) -> Path:
    build.main(["9.9.9", "--wheel", str(wheel(folder, content)), "--out", str(folder)])
    return folder / "genai-prices-9.9.9-2.json"


def test_models_come_with_names_days_kinds_and_tiers(tmp_path: Path) -> None:
    sound = [None, "3", None, None, "15", None, "9"]
    assert json.loads(made(tmp_path).read_text())["models"] == [
        ["anthropic", "claude", ["claude"], 200_000, [sound], {"long": [[None, "6", *sound[2:]]]}],
        [
            "openai",
            "o3",
            ["o3", "o3-2025"],
            None,
            [[None, "10", None, None, "40"], ["2025-06-10", "2", None, "0.5", "8"]],
            {"batch": [["2025-06-10", "1", None, None, "4"]]},
        ],
    ]


def test_the_file_is_what_the_product_reads(tmp_path: Path) -> None:
    prices = list_prices.read(made(tmp_path).read_text())
    assert prices.id == "genai-prices-9.9.9-2"
    assert prices.find("o3-high", None) == 1
    standard = prices.models[1].offers["standard"]
    assert [each[:4] for each in standard.prices] == [
        (10_000_000, 10_000_000, 10_000_000, 40_000_000),
        (2_000_000, 2_000_000, 500_000, 8_000_000),
    ]
    # USD a million: input 3, sound 9, cached sound as sound, pictures as text
    claude = prices.models[0].offers["standard"].prices[0]
    assert [each / 10**6 for each in claude] == [3, 3, 3, 15, 3, 9, 9, 15, 3, 3, 15]
    assert prices.models[0].offer("long") is prices.models[0].offers["long"]
    assert prices.models[1].offer("long") is standard
    assert prices.models[0].offer("batch") is None


def test_the_same_release_gives_the_same_bytes_and_other_contents_are_not_written_over(
    tmp_path: Path,
) -> None:
    first = made(tmp_path).read_bytes()
    assert made(tmp_path).read_bytes() == first
    with pytest.raises(SystemExit, match="never edited"):
        made(tmp_path, PACKAGE.replace("Decimal('15')", "Decimal('16')"))
    assert (tmp_path / "genai-prices-9.9.9-2.json").read_bytes() == first


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("providers = []", "no list of providers"),
        ("providers: list = [open('/etc/passwd') for _ in x]", "another kind"),
    ],
)
def test_data_of_another_shape_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    with pytest.raises(SystemExit, match=complaint):
        made(tmp_path, content)


def test_a_wheel_of_another_release_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is not the wheel"):
        build.main(["1.0.0", "--wheel", str(wheel(tmp_path)), "--out", str(tmp_path)])


def test_the_shipped_file_names_the_providers_of_the_command_in_their_order() -> None:
    shipped = [model.provider for model in list_prices.load().models]
    assert list(dict.fromkeys(shipped)) == [name for name in build.PROVIDERS if name in shipped]
    assert all(plain(name) == name for name in list_prices.load().names)
