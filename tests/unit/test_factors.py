"""Factors files are immutable, verified, and made from releases by a command anyone can run."""

import json
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from support.carbon import FACTORS

from gramledger.core import factors
from gramledger.core.factors import FactorsDamaged
from gramledger.core.problems import NotFound
from tools.factors import build, release

SHIPPED = resources.files("gramledger.core") / "data" / "factors" / "ecologits-0.11.3.json"


def test_the_shipped_factors_hold_the_union_of_the_releases() -> None:
    assert (FACTORS.id, FACTORS.release, FACTORS.methodology) == (
        "ecologits-0.11.3",
        "0.11.3",
        "ecologits-llm/1",
    )
    assert len(FACTORS.models) == 476
    assert sum(map(FACTORS.retired, FACTORS.models)) == 125
    assert len(FACTORS.zones) == 215
    assert [model.id for model in FACTORS.models] == sorted(model.id for model in FACTORS.models)


def test_every_provider_s_zone_and_every_model_s_provider_is_in_the_factors() -> None:
    assert {provider.zone for provider in FACTORS.providers.values()} <= set(FACTORS.zones)
    assert {model.provider for model in FACTORS.models} == set(FACTORS.providers)


def test_loading_factors_again_gives_the_same_object() -> None:
    assert factors.load("ecologits-0.11.3") is factors.load(factors_id="ecologits-0.11.3") is FACTORS


def test_unknown_factors_are_refused_with_those_there_are() -> None:
    with pytest.raises(
        NotFound, match=r"no factors '\.\./secret'; there are: ecologits-0\.11\.2, ecologits-0\.11\.3"
    ):
        factors.load("../secret")


def test_a_changed_figure_is_noticed() -> None:
    text = SHIPPED.read_text()
    assert factors.read(text).sha256 == FACTORS.sha256
    with pytest.raises(FactorsDamaged, match=r"factors file 'ecologits-0\.11\.3' says sha256"):
        factors.read(text.replace('"USA",0.3844', '"USA",0.0384'))


def test_the_file_carries_its_licence_and_is_small_with_one_model_a_line() -> None:
    text = SHIPPED.read_text()
    assert "Mozilla Public License, v. 2.0" in json.loads(text)["notice"]
    assert len(text) < 100_000
    assert sum('"model-arch' in line for line in text.splitlines()) > 200
    assert len(text.splitlines()) > 476 + 215
    root = Path(build.__file__).parents[2]
    assert "Mozilla Public License Version 2.0" in (root / "LICENSES/MPL-2.0.txt").read_text()
    assert "core/data/factors" in (root / "NOTICE").read_text()


def wheel(folder: Path, number: str, content: dict[str, object]) -> Path:
    path = folder / f"ecologits-{number}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ecologits/data/models.json", json.dumps(content))
    return path


def listed(name: str, parameters: object, tps: float | None = None) -> dict[str, object]:
    return {
        "provider": "openai",
        "name": name,
        "architecture": {"type": "dense", "parameters": parameters},
        "warnings": None,
        "deployment": {"tps": tps, "ttft": None},
    }


def test_a_model_is_taken_from_the_newest_release_that_lists_it(tmp_path: Path) -> None:
    old = wheel(tmp_path, "1.0", {"models": [listed("gone", 7), listed("kept", 8)], "aliases": None})
    mixture = {"total": {"min": 40, "max": 80}, "active": 4}
    new = wheel(
        tmp_path,
        "1.1",
        {
            "models": [listed("kept", mixture, tps=50.0)],
            "aliases": [{"provider": "openai", "name": "other-name", "alias": "kept"}],
        },
    )
    rows = build.union([("1.0", build.listed_models(old)), ("1.1", build.listed_models(new))])
    assert rows == [
        ["openai", "gone", [7, 7], [7, 7], None, None, "1.0", []],
        ["openai", "kept", [4, 4], [40, 80], 50.0, None, "1.1", []],
        ["openai", "other-name", [4, 4], [40, 80], 50.0, None, "1.1", []],
    ]


def test_a_factors_file_is_never_overwritten_with_other_contents(tmp_path: Path) -> None:
    for number in build.RELEASES:
        wheel(tmp_path, number, {"models": [listed("gpt-5", 300)], "aliases": []})
    build.main(["--wheels", str(tmp_path), "--out", str(tmp_path)])
    made = tmp_path / "ecologits-0.11.3.json"
    assert [model.id for model in factors.read(made.read_text()).models] == ["openai/gpt-5"]
    build.main(["--wheels", str(tmp_path), "--out", str(tmp_path)])
    made.write_text(made.read_text().replace("300", "301"))
    with pytest.raises(SystemExit, match="factors are added, never edited"):
        build.main(["--wheels", str(tmp_path), "--out", str(tmp_path)])


def test_the_factors_of_an_older_release_leave_out_what_came_later() -> None:
    older = factors.load("ecologits-0.11.2")
    assert (older.release, older.methodology, len(older.models)) == ("0.11.2", "ecologits-llm/1", 473)
    assert older.sha256 != FACTORS.sha256
    assert {model.last_seen for model in older.models} <= {*build.RELEASES[:-1]}


def test_a_release_that_is_not_installed_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ecologits-9.9-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ecologits/__init__.py", "__version__ = '9.9'")
        archive.writestr(
            "speaks.py",
            "import ecologits, sys\nfrom pathlib import Path\n"
            "Path(sys.argv[1]).write_text(ecologits.__version__)\nsys.exit(int(sys.argv[2]))",
        )
    said = tmp_path / "said"
    release.run_with(release.wheel_of("9.9", tmp_path), "speaks", [str(said), "0"])
    assert said.read_text() == "9.9"
    with pytest.raises(SystemExit, match="3"):
        release.run_with(path, "speaks", [str(said), "3"])
    assert (release.installed(FACTORS.release), release.installed("9.9")) == (True, False)
    with pytest.raises(SystemExit, match=r"has no wheel of ecologits 8\.8"):
        release.wheel_of("8.8", tmp_path)


def test_factors_are_not_made_for_another_release_than_the_installed_one() -> None:
    with pytest.raises(SystemExit, match=r"the newest release is 9\.9, but ecologits 0\.11\.3 is installed"):
        build.document([("9.9", {})])
