"""A calculated impact as text: the figures, where they come from, and what makes their range wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gramledger_cli import figures
from gramledger_cli.tables import pairs

DRIVERS = {
    "unknown-model": "which model it was",
    "model-parameters": "the model's size",
    "data-centre": "the data centre's efficiency",
    "input-weights": "what input tokens need",
}
"""The API's codes of what makes a range wide, in words."""


def calculation(document: Mapping[str, Any]) -> str:
    """One impact in full."""
    rows = [("model", _model(document["model"]))]
    if document["status"] == "ok":
        gwp, parts = document["gwp_kgco2e"], document["parts"]
        rows += [
            ("energy", figures.energy(document["energy_kwh"])),
            ("  output", figures.energy(parts["output"]["energy_kwh"])),
            ("  input", figures.energy(parts["input"]["energy_kwh"])),
            ("carbon", figures.carbon(gwp["total"])),
            ("  electricity", figures.carbon(gwp["usage"])),
            ("  hardware", figures.carbon(gwp["embodied"])),
            ("water", figures.water(document["water_l"])),
            ("electricity of", _electricity(document)),
            ("width from", _width(document)),
            ("data quality", f"{document['data_quality']} of 4, 1 is best"),
        ]
    else:
        rows.append(("status", str(document["status"]).replace("_", " ")))
    rows.append(("list price", _list_price(document["list_price"])))
    made_with = document["provenance"]
    rows += [
        ("method", f"{made_with['engine']}, preset {made_with['preset']}, factors {made_with['factors']}"),
        ("warnings", ", ".join(document["warnings"])),
    ]
    return pairs([row for row in rows if row[1]], indent="")


def _model(model: Mapping[str, Any]) -> str:
    resolved = model["resolved"] or "no model of the factors"
    retired = f", last seen in {model['last_seen']}" if model["retired"] else ""
    return f"{model['raw']}: {resolved} ({model['step']}, {model['quality']}{retired})"


def _list_price(price: Mapping[str, Any] | None) -> str:
    if price is None:
        return "none: the price list does not have this model"
    saved = figures.price(price["cache_savings"], price["currency"])
    caching = f", caching saved {saved}" if price["cache_savings"] else ""
    return f"{figures.price(price['amount'], price['currency'])}{caching} ({price['prices']})"


def _electricity(document: Mapping[str, Any]) -> str:
    mixes = {
        f"{mix['zone']}, {figures.significant(1000 * mix['gwp_kgco2e_per_kwh'])} g CO2e a kWh ({mix['source']})"
        for mix in (model["electricity"] for model in document["factors"]["models"])
    }
    return "; ".join(sorted(mixes))


def _width(document: Mapping[str, Any]) -> str:
    """The drivers of the carbon range, each with the share that would go if it were known."""
    return ", ".join(
        f"{DRIVERS.get(cause['driver'], cause['driver'])} {figures.percent(cause['gwp_percent'])}"
        for cause in document["width"]
    )
