"""docs/reference/settings.md names every parameter and every variable, with its default."""

from __future__ import annotations

import re

from local import template
from local.home import ROOT

PAGE = (ROOT / "docs/reference/settings.md").read_text(encoding="utf-8")
PARAMETERS, ENVIRONMENT, _ = PAGE.split("\n## ")[1:]


def test_every_parameter_is_documented_with_its_default() -> None:
    documented = dict(re.findall(r"^\| `(\w+)` \| (?:`([^`]*)`|none) \|", PARAMETERS, re.MULTILINE))
    declared = template.load()["Parameters"]
    assert documented == {name: str(parameter["Default"]) for name, parameter in declared.items()}


def test_every_variable_of_the_functions_is_documented() -> None:
    source = template.load()
    used = set(source["Globals"]["Function"]["Environment"]["Variables"])
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            used |= set(resource["Properties"]["Environment"]["Variables"])
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", ENVIRONMENT, re.MULTILINE)) == used
