"""What `./run build` makes: small enough for Lambda, and every function loads with nothing but its layers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local import build
from local.home import ROOT, LocalError

pytestmark = pytest.mark.sam


@pytest.fixture(scope="module")
def python() -> Path:
    if not (ROOT / ".venv-sam/bin/sam").exists():
        pytest.skip("the SAM CLI is not set up; './run build' or './run check' does that")
    try:
        return build.find_python()
    except LocalError as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="module", params=build.ARCHITECTURES)
def artifacts(request: pytest.FixtureRequest, python: Path) -> tuple[str, Path]:
    return request.param, build.build(request.param, python)


def test_a_function_with_its_layers_stays_below_the_limit(artifacts: tuple[str, Path]) -> None:
    lines = list(build.report(artifacts[1]))
    whole = re.search(r"with its layers: ([\d.]+) MB", lines[-1])
    assert whole
    assert 50 < float(whole[1]) < build.LIMIT_MB


def test_libraries_are_those_of_the_architecture(artifacts: tuple[str, Path]) -> None:
    architecture, folder = artifacts
    machine = {"x86_64": b"\x3e\x00", "arm64": b"\xb7\x00"}[architecture]  # e_machine of the ELF header
    libraries = list((folder / "ArrowLayer").rglob("*.so"))
    assert libraries
    assert {library.read_bytes()[18:20] for library in libraries} == {machine}


def test_modules_are_compiled_for_python_3_13(artifacts: tuple[str, Path]) -> None:
    for layer in build.LAYERS:
        assert list((artifacts[1] / layer).rglob("*.cpython-313.pyc")), layer


def test_the_built_template_has_no_yaml_aliases(artifacts: tuple[str, Path]) -> None:
    text = (artifacts[1] / "template.yaml").read_text(encoding="utf-8")
    assert not re.search(r"(?m)[:\-] [&*]\w+\s*$", text)


def test_every_function_imports_with_nothing_but_its_layers(
    artifacts: tuple[str, Path], python: Path
) -> None:
    architecture, folder = artifacts
    if architecture != build.own_architecture():
        pytest.skip(f"this machine is no Linux on {architecture}")
    imported = [name for name, _ in build.import_functions(folder, python)]
    assert imported == build.functions(folder)
    assert len(imported) == len(list((ROOT / "functions").glob("*/app.py")))


def test_a_function_that_lacks_a_library_is_found_out(
    artifacts: tuple[str, Path], python: Path, tmp_path: Path
) -> None:
    architecture, folder = artifacts
    if architecture != build.own_architecture():
        pytest.skip(f"this machine is no Linux on {architecture}")
    (tmp_path / "template.yaml").write_text(
        (folder / "template.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    for name in (*build.functions(folder), "SharedLayer"):
        (tmp_path / name).symlink_to(folder / name)
    with pytest.raises(LocalError, match="cannot be imported with its layers"):
        list(build.import_functions(tmp_path, python))


def test_the_dashboard_lies_in_the_package_of_its_function(artifacts: tuple[str, Path]) -> None:
    package = artifacts[1] / "WebFunction"
    shipped = {
        path.relative_to(package)
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"  # of an import in another test
    }
    sources = {path.relative_to(ROOT) for path in (ROOT / "web").rglob("*") if path.is_file()}
    assert shipped == {Path("app.py"), *sources}
    assert len(sources) > 30
