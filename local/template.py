"""template.yaml as the engine wants it: tags read, SAM expanded, the result kept until its sources change."""

from __future__ import annotations

import contextlib
import copy
import hashlib
import importlib.metadata
import json
import os
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from local.home import ROOT

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # without libyaml the same is read, only ten times as slowly
    from yaml import SafeLoader  # type: ignore[assignment]

REGION = "us-east-1"
ARTIFACTS = "artifacts"
TEMPLATE = ROOT / "template.yaml"
Template = dict[str, Any]


class _Loader(SafeLoader):
    """YAML with CloudFormation's short tags (`!Ref`, `!Sub`, ...)."""


def _tagged(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if name in ("Ref", "Condition"):
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _tagged)


def load(path: Path = TEMPLATE, *, definitions: bool = True) -> Template:
    """The template as plain dictionaries, short tags written out; state machine files put in as definitions."""
    template: Template = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a SafeLoader
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if definitions and "DefinitionUri" in properties:
            text = (path.parent / properties.pop("DefinitionUri")).read_text(encoding="utf-8")
            properties["Definition"] = yaml.load(text, SafeLoader)
    return template


def expand(template: Template, cache: Path | None = None) -> Template:
    """The CloudFormation that SAM makes of a template.

    The translator takes longer to import than everything else to start, so its result is kept in `cache`, named by
    the template's and the translator's versions.
    """
    translator = importlib.metadata.version("aws-sam-translator")
    source = json.dumps(template, sort_keys=True) + translator
    kept = cache / f"{hashlib.sha256(source.encode()).hexdigest()[:32]}.json" if cache else None
    if kept and kept.exists():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    expanded = _translate(copy.deepcopy(template))
    if kept:
        with contextlib.suppress(OSError):  # a folder that cannot be written only makes the next start slower
            kept.parent.mkdir(parents=True, exist_ok=True)
            draft = kept.with_suffix(f".{os.getpid()}")
            draft.write_text(json.dumps(expanded), encoding="utf-8")
            draft.replace(kept)
    return expanded


def _translate(template: Template) -> Template:
    for resource in template["Resources"].values():
        for key in {"CodeUri", "ContentUri"} & resource.get("Properties", {}).keys():
            # the translator takes addresses in S3 only; the folder stays readable in the key
            resource["Properties"][key] = f"s3://{ARTIFACTS}/{resource['Properties'][key]}"
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # the translator asks for it, to know the partition
    from samtranslator.translator.transform import transform  # noqa: PLC0415 - slow; its result is kept

    policies = SimpleNamespace(load=dict)
    expanded: Template = transform(template, parameter_values(template), policies)
    return expanded


def parameter_values(template: Template, given: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every parameter's value as text: given, or its default."""
    declared = template.get("Parameters", {})
    return {name: str((given or {}).get(name, declared[name].get("Default", ""))) for name in declared}
