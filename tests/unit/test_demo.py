"""What the demo says before it starts anything; what it does then is in the tests of the whole stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from gramledger_cli.exits import Exit
from local import demo


def test_a_file_that_is_missing_is_said_before_a_stack_is_started(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there.csv"
    there.write_text("x")
    assert demo.main([str(there), str(tmp_path / "missing.csv")]) == Exit.REFUSED
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"demo: there is no file {tmp_path / 'missing.csv'}\n"
