import hashlib
import importlib.util
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService
from constructs_lib.primitives.python_build import build_code, build_function, build_layer

HERE = BuildTarget.this_machine()


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def build(service: PythonService) -> Path:
    return build_code(service.source, [service.name, "shared"], service.target)


def test_the_code_holds_the_service_and_what_it_shares_and_nobody_elses(
    service: PythonService,
) -> None:
    names = zipfile.ZipFile(build(service)).namelist()

    assert [name for name in names if name.endswith(".py")] == [
        "orders/place_order.py",
        "shared/money.py",
    ]


def test_a_change_of_another_service_changes_nothing(service: PythonService) -> None:
    before = build(service)

    (service.source / "billing" / "secret_sauce.py").write_text("RATE = 8\n")

    assert build(service) == before


def test_a_change_of_the_service_makes_new_code(service: PythonService) -> None:
    before = build(service)

    (service.source / "shared" / "money.py").write_text("PENCE = 200\n")

    assert build(service) != before


def test_the_same_sources_give_the_same_bytes(service: PythonService) -> None:
    first = build(service)
    content = first.read_bytes()
    first.unlink()

    assert build(service).read_bytes() == content


def function_code(service: PythonService) -> Path:
    packages = [service.name, "shared"]
    return build_function(build(service), service.source, packages, "orders.place_order")


def test_a_function_gets_what_it_imports_with_its_bytecode_and_nothing_more(
    service: PythonService,
) -> None:
    folder = service.source / service.name
    (folder / "place_order.py").write_text("from shared.money import PENCE\n")
    (folder / "ship_order.py").write_text("def handler(event, context): ...\n")
    (folder / "terms.txt").write_text("by return")

    names = zipfile.ZipFile(function_code(service)).namelist()

    compiled = f"cpython-{sys.version_info.major}{sys.version_info.minor}.pyc"
    assert names == [
        f"orders/__pycache__/place_order.{compiled}",
        "orders/place_order.py",
        "orders/terms.txt",
        f"shared/__pycache__/money.{compiled}",
        "shared/money.py",
    ]


def test_a_change_of_what_a_function_does_not_import_gives_it_the_same_bytes(
    service: PythonService,
) -> None:
    before = function_code(service).read_bytes()

    (service.source / "shared" / "money.py").write_text("PENCE = 200\n")
    same = function_code(service).read_bytes()
    (service.source / service.name / "place_order.py").write_text("import shared.money\n")
    other = function_code(service).read_bytes()

    assert before == same != other


def test_a_function_that_imports_by_names_of_its_own_gets_the_whole_service(
    service: PythonService,
) -> None:
    (service.source / service.name / "place_order.py").write_text("import importlib\n")

    assert function_code(service) == build(service)


def test_its_bytecode_stays_valid_whatever_date_a_zip_gives_the_files(
    service: PythonService, tmp_path: Path
) -> None:
    unzipped = tmp_path / "task"
    zipfile.ZipFile(build(service)).extractall(unzipped)
    source = unzipped / "orders" / "place_order.py"

    bytecode = Path(importlib.util.cache_from_source(str(source))).read_bytes()

    # PEP 552: bit 0 says hash-based, bit 1 says to check the source; 1 means never looked at again.
    assert int.from_bytes(bytecode[4:8], "little") == 1


def test_a_layer_holds_the_pinned_packages_where_lambda_looks_for_them(tmp_path: Path) -> None:
    wheel = local_wheel(tmp_path)
    requirements = tmp_path / "requirements.txt"
    lock(requirements, wheel)

    layer = build_layer(requirements, HERE)

    names = zipfile.ZipFile(layer).namelist()
    assert "python/tiny.py" in names
    assert build_layer(requirements, HERE) == layer


def test_a_package_that_cannot_be_had_fails_with_its_name(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    wheel = local_wheel(tmp_path)
    lock(requirements, wheel)
    wheel.unlink()

    with pytest.raises(RuntimeError, match=r"(?s)the Lambda layer cannot be built .*tiny"):
        build_layer(requirements, HERE)


def test_a_package_that_is_not_the_locked_one_is_not_installed(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    wheel = local_wheel(tmp_path)
    lock(requirements, wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("thief.py", "")

    with pytest.raises(RuntimeError, match=r"(?s)Hash mismatch for `tiny"):
        build_layer(requirements, HERE)


def test_a_package_without_a_hash_is_not_installed(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"tiny @ {local_wheel(tmp_path).as_uri()}\n")

    with pytest.raises(RuntimeError, match=r"(?s)tiny.*uv pip compile --universal --generate-hash"):
        build_layer(requirements, HERE)


def test_functions_of_a_stack_share_one_layer(
    stack: Stack, service: PythonService, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    lock(requirements, local_wheel(tmp_path))
    with_packages = replace(service, requirements=requirements)

    for name in ("First", "Second"):
        PythonFunction(stack, name, service=with_packages, entry="place_order")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Lambda::LayerVersion", 1)
    (layer,) = template.find_resources("AWS::Lambda::LayerVersion")
    template.all_resources_properties("AWS::Lambda::Function", {"Layers": [{"Ref": layer}]})


def test_code_for_another_interpreter_goes_without_bytecode_and_a_deployment_says_so(
    stack: Stack, service: PythonService, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    lock(requirements, local_wheel(tmp_path))
    other = replace(service, requirements=requirements, target=BuildTarget(python="3.99"))

    PythonFunction(stack, "PlaceOrder", service=other, entry="place_order")

    names = zipfile.ZipFile(build(other)).namelist()
    assert names == ["orders/place_order.py", "shared/money.py"]
    (note,) = Annotations.from_stack(stack).find_info("*", Match.any_value())
    assert "no python3.99 on this machine to write bytecode with" in str(note.entry.data)


@pytest.mark.parametrize("python", ["3", "3.14.1", "python3.14"])
def test_a_target_is_a_minor_version(python: str) -> None:
    with pytest.raises(ValueError, match=r"python must be a minor version such as '3.14', got"):
        BuildTarget(python=python)


def test_a_service_that_is_no_folder_is_refused(service: PythonService) -> None:
    with pytest.raises(ValueError, match=r"name must be a folder of .*, got 'ordres'"):
        replace(service, name="ordres")


def test_requirements_that_are_no_file_are_refused(service: PythonService) -> None:
    with pytest.raises(ValueError, match=r"requirements must be a pinned file, got nowhere\.txt"):
        replace(service, requirements=Path("nowhere.txt"))


def test_bytecode_needs_an_interpreter_of_exactly_that_version() -> None:
    assert HERE.interpreter == sys.executable
    version = subprocess.run([sys.executable, "-V"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith(f"Python {HERE.python}.")
    assert BuildTarget(python="3.99").interpreter is None


@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 127", "#!/bin/sh\necho 3.12", "no program"])
def test_what_only_bears_its_name_writes_no_bytecode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    (tmp_path / "python3.99").write_text(script)
    (tmp_path / "python3.99").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert BuildTarget(python="3.99").interpreter is None


def lock(requirements: Path, wheel: Path) -> None:
    """Write a lock that names a wheel as it is now."""
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements.write_text(f"tiny @ {wheel.as_uri()} --hash=sha256:{digest}\n")


def local_wheel(folder: Path) -> Path:
    """Make a package that is installed without a registry."""
    wheel = folder / "tiny-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "SIZE = 1\n")
        archive.writestr(
            "tiny-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n"
        )
        archive.writestr("tiny-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("tiny-1.dist-info/RECORD", "")
    return wheel
