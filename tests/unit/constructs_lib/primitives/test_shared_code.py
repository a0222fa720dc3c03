"""What services share, as packages or single modules, and what is refused in their place."""

import importlib.util
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import Stack

from constructs_lib.primitives import PythonFunction, PythonService


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def carried(stack: Stack, service: PythonService, *lines: str) -> list[str]:
    """Return what is in the zip of a function with these lines."""
    text = "\n".join([*lines, "handler = print"])
    (service.source / "orders" / "place_order.py").write_text(text)
    PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")
    (zipped,) = Path(".build").glob("*-orders.place_order.zip")
    return [
        name for name in zipfile.ZipFile(zipped).namelist() if name.startswith(("m", "__", "s"))
    ]


def test_a_single_module_is_shared_like_a_package(stack: Stack, service: PythonService) -> None:
    (service.source / "money.py").write_text("PENCE = 100\n")
    (service.source / "more.py").write_text("")
    shared = replace(service, shared=("money", "more", "shared"))

    names = carried(stack, shared, "from money import PENCE")

    assert names == [importlib.util.cache_from_source("money.py"), "money.py"]


def test_what_is_called_shared_is_shared_if_it_is_there(
    stack: Stack, service: PythonService
) -> None:
    assert "shared/money.py" in carried(stack, service, "import shared.money")


def test_nothing_need_be_shared(service: PythonService) -> None:
    (service.source / "shared").rename(service.source / "other")

    assert replace(service).shared is None


@pytest.mark.parametrize("name", ["shraed", "money.py", "common/money", "shared.money"])
def test_what_is_not_there_to_share_is_refused_with_what_is(
    service: PythonService, name: str
) -> None:
    (service.source / "money.py").write_text("")
    (service.source / "common").mkdir()

    with pytest.raises(ValueError, match=f"shared must be .*billing, common, money, .*'{name}'"):
        replace(service, shared=("shared", name))


def test_one_name_in_place_of_several_is_refused(service: PythonService) -> None:
    with pytest.raises(ValueError, match=r"shared must be packages or modules of .*, got 's'"):
        replace(service, shared="shared")  # type: ignore[arg-type]
