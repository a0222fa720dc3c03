"""What a function carries of the runtime kit, and what it must have beside it."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_

from constructs_lib.primitives import PythonFunction, PythonService
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

PARKING = "from blockwork.runtime.parking import FailureTopic"


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def with_packages(service: PythonService, tmp_path: Path) -> PythonService:
    """A service that has what the kit imports, or what is called so."""
    lock = tmp_path / "lock.txt"
    wheels = [local_wheel(tmp_path, name) for name in ("msgspec", "aws_lambda_powertools")]
    lock.write_text("".join(f"{pinned(wheel)}\n" for wheel in wheels))
    return replace(service, requirements=lock)


def make(stack: Stack, service: PythonService, text: str, *layers: lambda_.ILayerVersion) -> None:
    handler = f"{text}\ndef handler(event, context): ...\n"
    (service.source / "orders" / "place_order.py").write_text(handler)
    PythonFunction(stack, "PlaceOrder", service=service, entry="place_order", layers=layers)


def carried() -> set[str]:
    """Return the library's modules in what was built."""
    zips = [zipfile.ZipFile(file) for file in Path(".build").glob("orders-*.zip")]
    names = min((zipped.namelist() for zipped in zips), key=len)
    return {name for name in names if name.startswith("blockwork") and name.endswith(".py")}


def test_a_function_carries_what_it_imports_of_the_kit_and_nothing_more(
    stack: Stack, with_packages: PythonService
) -> None:
    make(stack, with_packages, PARKING)

    assert carried() == {
        f"blockwork/{name}.py"
        for name in ("__init__", "runtime/__init__", "runtime/parking", "runtime/aws")
    }


@pytest.mark.parametrize("text", ["", "import importlib"])
def test_a_service_that_does_not_use_the_kit_carries_none_of_it(
    stack: Stack, service: PythonService, text: str
) -> None:
    make(stack, service, text)

    assert carried() == set()


def test_where_names_are_made_at_run_time_the_kit_is_there_whole_and_nothing_else_of_the_library(
    stack: Stack, with_packages: PythonService
) -> None:
    make(stack, with_packages, f"import importlib\n{PARKING}")

    found = carried()
    assert {"blockwork/runtime/http.py", "blockwork/runtime/paging.py"} < found
    assert all(name.startswith(("blockwork/runtime/", "blockwork/__init__")) for name in found)


def test_what_is_for_a_persons_machine_is_refused_in_a_function(
    stack: Stack, service: PythonService
) -> None:
    with pytest.raises(ValueError, match=r"place_order\.py:2: .* blockwork\.runtime, got 'block"):
        make(stack, service, "\nfrom blockwork.failures import redrive")


def test_a_function_without_the_packages_of_the_kit_is_refused_with_their_names(
    stack: Stack, service: PythonService
) -> None:
    with pytest.raises(
        ValueError, match=r"imports in orders\.place_order, got None without aws-l.*, msgspec"
    ):
        make(stack, service, PARKING)


def test_a_layer_from_elsewhere_may_hold_them(stack: Stack, service: PythonService) -> None:
    arn = "arn:aws:lambda:eu-west-2:111111111111:layer:packages:1"

    make(stack, service, PARKING, lambda_.LayerVersion.from_layer_version_arn(stack, "Other", arn))

    assert "blockwork/runtime/parking.py" in carried()


def test_a_service_cannot_be_called_as_the_library(service: PythonService) -> None:
    (service.source / "orders").rename(service.source / "blockwork")

    with pytest.raises(ValueError, match=r"nor blockwork, got 'blockwork': rename"):
        replace(service, name="blockwork")
