"""The local stack's home and environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.__main__ import main
from local.home import ROOT, Home, LocalError, port_from_environment, read_json, write_json
from local.server import engine_environment


def test_the_home_is_beside_the_template_unless_the_environment_names_one(tmp_path: Path) -> None:
    assert Home.from_environment({}).path == ROOT / ".gramledger"
    assert Home.from_environment({"GRAMLEDGER_HOME": str(tmp_path)}).path == tmp_path


@pytest.mark.parametrize(
    ("variables", "port"), [({}, 8787), ({"GRAMLEDGER_PORT": "9000"}, 9000), ({"GRAMLEDGER_PORT": "0"}, 0)]
)
def test_the_port_is_8787_unless_the_environment_names_one(variables: dict[str, str], port: int) -> None:
    assert port_from_environment(variables) == port


@pytest.mark.parametrize("text", ["web", "-1", "65536", "80.5"])
def test_what_is_no_port_is_refused_by_name(text: str) -> None:
    with pytest.raises(LocalError, match=f"GRAMLEDGER_PORT is '{text}'"):
        port_from_environment({"GRAMLEDGER_PORT": text})


def test_a_home_is_claimed_by_one_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert not home.is_claimed()
    with home.claim():
        assert home.is_claimed()
        with pytest.raises(LocalError, match="already running"):
            home.claim()
    assert not home.is_claimed()


def test_the_claim_names_the_address_of_the_running_stack(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_json(home.running, {"url": "http://127.0.0.1:1234"})
    with home.claim(), pytest.raises(LocalError, match=r"at http://127\.0\.0\.1:1234"):
        home.claim()


def test_a_home_where_a_file_is_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="cannot use"):
        Home(tmp_path / "file").prepare()


def test_what_is_written_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "connection.json"
    write_json(path, {"token": "x"})
    assert read_json(path) == {"token": "x"}
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["connection.json"]


def test_nothing_of_the_callers_aws_account_reaches_the_engine(tmp_path: Path) -> None:
    inherited = {
        "AWS_PROFILE": "work",
        "AWS_SECRET_ACCESS_KEY": "s",
        "LAMBDA_X": "1",
        "PYTHONPATH": "p",
        "HOME": "/h",
    }
    environment = engine_environment(Home(tmp_path), 1234, inherited)
    assert not {"AWS_PROFILE", "AWS_SECRET_ACCESS_KEY", "LAMBDA_X", "PYTHONPATH"} & environment.keys()
    assert environment["HOME"] == "/h"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1234"
    assert environment["AUTH"] == "true"


def test_everything_the_engine_keeps_lies_in_the_home(tmp_path: Path) -> None:
    environment = engine_environment(Home(tmp_path), 1234, {})
    kept = [environment[name] for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")]
    assert len(set(kept)) == 3
    assert all(Path(path).is_relative_to(tmp_path) for path in kept)


def test_a_proxy_is_not_asked_for_this_machine(tmp_path: Path) -> None:
    assert engine_environment(Home(tmp_path), 1, {})["NO_PROXY"] == "127.0.0.1"
    assert engine_environment(Home(tmp_path), 1, {"NO_PROXY": "corp"})["NO_PROXY"] == "corp,127.0.0.1"


def test_the_help_of_the_stack_names_the_variables_that_it_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("up", "down"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        shown = capsys.readouterr().out
        assert "GRAMLEDGER_PORT" in shown
        assert "GRAMLEDGER_HOME" in shown
