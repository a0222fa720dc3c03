"""A layer has every package that its packages ask for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import Stack

from constructs_lib.primitives import BuildTarget, PythonService
from constructs_lib.primitives.python_build import build_layer
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lock(folder: Path, **packages: Sequence[str]) -> Path:
    """Lock packages, each with what it asks for."""
    file = folder / f"{'-'.join(packages)}.txt"
    lines = [pinned(local_wheel(folder, name, asks)) for name, asks in packages.items()]
    file.write_text("\n".join(lines))
    return file


@pytest.mark.parametrize("target", [BuildTarget(), BuildTarget.this_machine()])
def test_a_package_without_one_that_it_asks_for_is_refused_with_the_line_to_add(
    tmp_path: Path, target: BuildTarget
) -> None:
    requirements = lock(tmp_path, tiny=["Py_Small.Thing<3,>=2", "large"], large=["huge"])

    with pytest.raises(ValueError, match=f"^{re.escape(str(requirements))} must name") as error:
        build_layer(requirements, target)

    told = str(error.value).splitlines()[1:-1]
    assert sorted(told) == [
        "  huge, which large needs: add huge==",
        "  py-small-thing>=2,<3, which tiny needs: add py-small-thing==",
    ]


@pytest.mark.parametrize(
    "asks",
    [
        ["large"],
        ["huge; extra == 'more'"],
        ["huge; sys_platform == 'win32'", "huge; platform_machine == 'x86_64'"],
        ["huge; python_version < '3.14'"],
        ["boto3>=1.40", "botocore", "python_dateutil", "urllib3"],
    ],
    ids=lambda asks: asks[0],
)
def test_what_it_does_not_ask_for_in_lambda_or_finds_there_need_not_be_named(
    tmp_path: Path, asks: list[str]
) -> None:
    build_layer(lock(tmp_path, tiny=asks, large=[]), BuildTarget())


def test_a_layer_that_only_some_functions_load_may_ask_for_what_all_load(
    tmp_path: Path, stack: Stack, service: PythonService
) -> None:
    further = lock(tmp_path, tiny=["large"])

    replace(service, requirements=lock(tmp_path, large=[])).layer(stack, "Further", further)

    other = replace(service, requirements=lock(tmp_path, huge=[]))
    with pytest.raises(ValueError, match="large, which tiny needs: add large=="):
        other.layer(stack, "Others", further)
