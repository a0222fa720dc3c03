"""A person's environment reaches into no zip."""

import zipfile
from pathlib import Path

import pytest

from constructs_lib.primitives import PythonService
from constructs_lib.primitives.python_build import build_code, build_layer
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

REACHES_IN = {
    "PYTHONOPTIMIZE": "2",
    "PYTHONPYCACHEPREFIX": "elsewhere",
    "PYTHONHOME": "nowhere",
    "PYTHONPATH": "shadows",
    "PYTHONWARNINGS": "error",
    "PYTHONVERBOSE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONSAFEPATH": "1",
    "PYTHONUTF8": "0",
    "LC_ALL": "C",
    "PIP_TARGET": "elsewhere",
    "PIP_NO_DEPS": "no",
    "UV_TARGET": "elsewhere",
    "UV_PYTHON": "2.7",
    "UV_COMPILE_BYTECODE": "1",
    "VIRTUAL_ENV": "nowhere",
    "CONDA_PREFIX": "nowhere",
}


def contents(service: PythonService, requirements: Path) -> list[list[tuple[str, bytes]]]:
    """Return what is in the code and in the layer, with the bytecode."""
    built = (
        build_code([(service.source, service.name), (service.source, "shared")], service.target),
        build_layer(requirements, service.target),
    )
    found = []
    for file in built:
        with zipfile.ZipFile(file) as archive:
            found.append([(name, archive.read(name)) for name in archive.namelist()])
        file.unlink()
    return found


@pytest.mark.parametrize("variable", REACHES_IN)
def test_what_somebody_has_exported_changes_nothing_in_code_or_layer(
    service: PythonService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shadows").mkdir()
    (tmp_path / "shadows" / "compileall.py").write_text("raise SystemExit(3)\n")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{pinned(local_wheel(tmp_path))}\n")
    usual = contents(service, requirements)

    monkeypatch.setenv(variable, REACHES_IN[variable])

    assert contents(service, requirements) == usual
    assert any(name.endswith(".pyc") for name, _content in usual[0])
