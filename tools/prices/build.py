"""Make a list price file from a release of genai-prices: `python -m tools.prices.build RELEASE [--wheel FILE]`.

The package keeps its data as one Python expression of constructor calls. It is read as a syntax tree, so that
neither the package nor what it depends on has to be installed or run. Of each model of the chosen providers the
prices of all kinds of tokens are taken, with the days from which they hold: the standard ones, those of long prompts,
and those of batches. What depends on the hour is left out, and docs/reference/list-prices.md says so.
The file is new or identical: an existing one with other contents is never overwritten, because entries refer to it.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from gramledger.core import factors, list_prices
from tools.factors.build import text

FOLDER = Path(list_prices.__file__).parent / "data" / "list_prices"

PROVIDERS = (
    "anthropic",
    "openai",
    "google",
    "mistral",
    "cohere",
    "x-ai",
    "deepseek",
    "moonshotai",
    "zai",
    "cursor",
)
"""Where two providers price one name, the first of these is meant; resellers are left out."""

NOTICE = (
    "Made from genai-prices (https://github.com/pydantic/genai-prices), copyright (c) Pydantic Services Inc. 2025 to "
    "present, MIT License (LICENSES/MIT-genai-prices.txt), by tools/prices/build.py."
)

Value = Any
"""A constant, a list, or a constructor call as a dictionary of its arguments with its name under "kind"."""

_NAMES = {"ClauseEquals": "equals", "ClauseStartsWith": "starts_with"}
_PRICES = (
    *("input_mtok", "cache_write_mtok", "cache_read_mtok", "output_mtok", "cache_write_1h_mtok"),
    *("input_audio_mtok", "cache_audio_read_mtok", "output_audio_mtok"),
    *("input_image_mtok", "cache_image_read_mtok", "output_image_mtok"),
)
"""The package's names of the prices of `list_prices.KINDS`."""

LAYOUT = 2
"""Of the files that this command makes; it is part of their ids, as two files of one release may differ in it."""

_RESELLER = "openrouter"
"""Makers' prices of batches are not in the package. This reseller's are, and where it sells at the maker's price
otherwise, its price of batches is taken for the maker's."""


def download(release: str, folder: Path) -> Path:
    """Fetch the wheel with pip, without its dependencies."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder)]
    subprocess.run([*command, f"genai-prices=={release}"], check=True)  # noqa: S603 -- a fixed command
    return next(folder.glob("genai_prices-*.whl"))


def providers(wheel: Path) -> list[Value]:
    """The providers of a release with their models."""
    with zipfile.ZipFile(wheel) as archive:
        tree = ast.parse(archive.read("genai_prices/data.py"))
    for statement in tree.body:
        if isinstance(statement, ast.AnnAssign) and ast.unparse(statement.target) == "providers":
            found: list[Value] = read(statement.value)
            return found
    raise SystemExit(f"{wheel} has no list of providers where it is expected; its format has changed")


def read(node: ast.expr | None) -> Value:
    """The value of an expression of constants, lists and constructor calls. Raises SystemExit for anything else."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.List(elts=members) | ast.Tuple(elts=members):
            return [read(member) for member in members]
        case ast.Dict(keys=names, values=values):
            return {read(name): read(value) for name, value in zip(names, values, strict=True)}
        case ast.Call(func=called, args=arguments, keywords=named):
            kind = ast.unparse(called).rpartition(".")[2]
            return {
                "kind": kind,
                "arguments": [read(argument) for argument in arguments],
                **{str(keyword.arg): read(keyword.value) for keyword in named},
            }
        case ast.Attribute():
            return ast.unparse(node)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -read(operand)
        case _:
            raise SystemExit(
                f"the data has an expression of another kind: {ast.dump(node)[:100] if node else node}"
            )


def rows(found: Iterable[Value]) -> list[list[Value]]:
    """Rows of `list_prices.COLUMNS`: the providers in the order of PROVIDERS, their models by id."""
    known = {provider["id"]: provider for provider in found}
    resold = {model["id"]: model["prices"] for model in known.get(_RESELLER, {}).get("models", ())}
    return [
        [
            name,
            model["id"],
            names,
            first_tier(model["prices"]),
            prices,
            tiers(name, names, model["prices"], resold),
        ]
        for name in PROVIDERS
        for model in sorted(known[name]["models"], key=lambda model: str(model["id"]))
        if (prices := dated(model["prices"]))
        and (names := sorted({model["id"], *stated_names(model["match"])}))
    ]


def tiers(
    provider: str, names: Iterable[str], prices: Value, resold: Mapping[str, Value]
) -> dict[str, Value]:
    """The prices of other service tiers than the standard one, by their names."""
    found: dict[str, Value] = {}
    if first_tier(prices) is not None:
        found["long"] = dated(prices, long=True)
    *_, (since, *own) = dated(prices)
    for name in names:
        plain, batch = (resold.get(f"{provider}/{name}{mark}") for mark in ("", ":batch"))
        if plain and batch and dated(plain)[-1][1:5] == own[:4]:
            found.setdefault("batch", [[since, *dated(batch)[-1][1:]]])
    return found


def stated_names(clause: Value) -> Iterator[str]:
    """The names that a clause matches, or begins its matches with, word for word."""
    if clause["kind"] in _NAMES:
        yield clause[_NAMES[clause["kind"]]]
    elif clause["kind"] == "ClauseOr":
        for alternative in clause["or_"]:
            yield from stated_names(alternative)


def dated(prices: Value, *, long: bool = False) -> list[list[Value]]:
    """[first day or null, price of each kind], oldest first; empty where input or output has no price.

    Kinds without a price at the end of a row are left out. `long` asks for the prices of long prompts.
    """
    versions = prices if isinstance(prices, list) else [{"prices": prices}]
    found = []
    for version in versions:
        constraint = version.get("constraint")
        if constraint is None:
            start = None
        elif constraint["kind"] == "StartDateConstraint":
            start = date(*constraint["start_date"]["arguments"]).isoformat()
        else:  # an hour of the day: the price of the other hours is the standard one
            continue
        found.append([start, *(decimal(version["prices"].get(kind), long=long) for kind in _PRICES)])
    complete = all(row[1] is not None and row[4] is not None for row in found)
    return [_trimmed(row) for row in sorted(found, key=lambda row: row[0] or "")] if complete else []


def _trimmed(row: list[Value]) -> list[Value]:
    stated = [place for place, price in enumerate(row) if price is not None]
    return row[: max(5, *(place + 1 for place in stated))]


def decimal(price: Value, *, long: bool = False) -> str | None:
    """USD a million tokens as text; where it depends on the size of the prompt, below the first tier or in the last."""
    if price is None:
        return None
    stated = price
    if price["kind"] == "TieredPrices":
        stated = price["tiers"][-1]["price"] if long else price["base"]
    return str(stated["arguments"][0])


def first_tier(prices: Value) -> int | None:
    """The tokens of a prompt from which another price holds."""
    versions = [version["prices"] for version in prices] if isinstance(prices, list) else [prices]
    tiered = [price for version in versions for price in version.values() if isinstance(price, dict)]
    starts = [tier["start"] for price in tiered for tier in price.get("tiers", ())]
    return min(starts, default=None)


def main(arguments: list[str] | None = None) -> None:
    """Read or fetch the wheel, write the file, say what is in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("release", help="release of genai-prices, such as 0.2.3")
    parser.add_argument("--wheel", type=Path, help="its wheel; without it pip downloads it")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the list price files")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        wheel = chosen.wheel or download(chosen.release, Path(temporary))
        if not wheel.name.startswith(f"genai_prices-{chosen.release}-"):
            raise SystemExit(f"{wheel.name} is not the wheel of release {chosen.release}")
        models = rows(providers(wheel))
    content: dict[str, Value] = {
        "notice": NOTICE,
        "id": f"genai-prices-{chosen.release}-{LAYOUT}",
        "licence": "MIT",
        "release": chosen.release,
        "currency": "USD",
        "price_columns": ["from", *_PRICES],
        "columns": list(list_prices.COLUMNS),
        "models": models,
    }
    written = text({**content, "sha256": factors.digest(content)})
    target = chosen.out / f"{content['id']}.json"
    if target.exists() and target.read_text() != written:
        raise SystemExit(f"{target} exists with other contents; price files are added, never edited")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(written)
    sys.stdout.write(f"{target}: {len(written)} bytes, {len(models)} models\n")


if __name__ == "__main__":
    main()
