"""Functions and state machines, made to fit one machine."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from local.package import cores, fit_concurrency, localise


def template() -> dict[str, Any]:
    code = {"S3Bucket": "artifacts", "S3Key": "functions/greet"}
    function = {"Code": code, "Runtime": "python3.13", "Layers": [{"Ref": "Layer"}], "Handler": "app.handler"}
    return {
        "Resources": {
            "Greet": {"Type": "AWS::Lambda::Function", "Properties": function},
            "Layer": {"Type": "AWS::Lambda::LayerVersion", "Properties": {}},
        }
    }


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    (tmp_path / "functions/greet/__pycache__").mkdir(parents=True)
    (tmp_path / "functions/greet/app.py").write_text("handler = print\n")
    (tmp_path / "functions/greet/__pycache__/app.pyc").write_bytes(b"old")
    return tmp_path


def test_a_function_becomes_a_custom_runtime_without_layers(sources: Path) -> None:
    fitted = template()
    archives = localise(fitted, sources)
    assert list(fitted["Resources"]) == ["Greet"]
    properties = fitted["Resources"]["Greet"]["Properties"]
    assert properties["Runtime"] == "provided.al2023"
    assert "Layers" not in properties
    assert properties["Code"]["S3Key"] in archives


def test_an_archive_holds_the_handler_and_an_executable_bootstrap(sources: Path) -> None:
    (content,) = localise(template(), sources).values()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["bootstrap", "app.py"]
        assert archive.getinfo("bootstrap").external_attr >> 16 & 0o111
        assert archive.read("app.py") == b"handler = print\n"


def test_a_folder_that_the_template_names_lies_beside_the_handler(sources: Path) -> None:
    (sources / "web/js").mkdir(parents=True)
    (sources / "web/js/main.js").write_text("one")
    fitted = template()
    fitted["Resources"]["Greet"]["Metadata"] = {"Beside": "web"}
    (content,) = localise(fitted, sources).values()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["bootstrap", "app.py", "web/js/main.js"]


def test_the_same_sources_make_the_same_archive_and_others_another(sources: Path) -> None:
    first, second = localise(template(), sources), localise(template(), sources)
    assert first == second
    (sources / "functions/greet/app.py").write_text("handler = repr\n")
    assert localise(template(), sources).keys().isdisjoint(first)


def test_maps_run_as_many_tasks_as_there_are_processors() -> None:
    inner = {
        "StartAt": "B",
        "States": {"B": {"Type": "Map", "ItemProcessor": {"States": {}}, "MaxConcurrency": 1}},
    }
    machine = {
        "States": {"A": {"Type": "Map", "MaxConcurrency": 16, "ItemProcessor": inner}, "C": {"Type": "Pass"}}
    }
    fit_concurrency(machine, 4)
    assert machine["States"]["A"]["MaxConcurrency"] == 4
    assert inner["States"]["B"]["MaxConcurrency"] == 1
    assert cores() >= 2


def test_a_map_without_limit_gets_one() -> None:
    machine: dict[str, Any] = {"States": {"A": {"Type": "Map", "ItemProcessor": {"States": {}}}}}
    fit_concurrency(machine, 3)
    assert machine["States"]["A"]["MaxConcurrency"] == 3
