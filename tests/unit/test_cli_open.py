"""`gramledger open`: the address that signs in."""

from __future__ import annotations

from pathlib import Path

import pytest

from gramledger_cli.main import main
from gramledger_cli.surroundings import Surroundings

ADDRESS = "http://127.0.0.1:8787"


def surroundings(directory: Path, shown: list[str], *, started: bool = True) -> Surroundings:
    environ = {"GRAMLEDGER_URL": ADDRESS, "GRAMLEDGER_TOKEN": "a.b+c.d"}

    def show(address: str) -> bool:
        shown.append(address)
        return started

    return Surroundings(environ=environ, directory=directory, show_page=show)


def test_the_token_stands_where_browsers_do_not_send_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    assert main(["open"], surroundings(tmp_path, shown)) == 0
    assert capsys.readouterr().out == f"{ADDRESS}/#token=a.b%2Bc.d\n"
    assert shown == []


def test_a_browser_is_given_the_address_and_the_terminal_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    assert main(["open", "--browser"], surroundings(tmp_path, shown)) == 0
    assert shown == [f"{ADDRESS}/#token=a.b%2Bc.d"]
    assert "token" not in "".join(capsys.readouterr())


def test_a_machine_without_a_browser_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--browser"], surroundings(tmp_path, [], started=False)) == 1
    assert "No browser could be started" in "".join(capsys.readouterr())


def test_without_a_ledger_the_next_step_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open"], Surroundings(environ={}, directory=tmp_path)) == 1
    assert "./run up" in "".join(capsys.readouterr())
