import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import Annotations as Notes
from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService
from constructs_lib.primitives.build_target import LAMBDA_GLIBC, LAMBDA_PYTHON
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

HERE = BuildTarget.this_machine()


@pytest.mark.parametrize(
    ("target", "runtime", "architecture"),
    [
        (BuildTarget(), "python3.14", "arm64"),
        (BuildTarget(python="3.12"), "python3.12", "arm64"),
        (BuildTarget(platform="x86_64-manylinux2014"), "python3.14", "x86_64"),
        (BuildTarget(python="3.13", platform="x86_64-manylinux_2_34"), "python3.13", "x86_64"),
        (BuildTarget(platform="aarch64-unknown-linux-gnu"), "python3.14", "arm64"),
        (BuildTarget(python="3.99", platform=None), "python3.14", "arm64"),
    ],
    ids=lambda value: value.key if isinstance(value, BuildTarget) else None,
)
def test_a_template_says_what_code_and_layer_are_built_for(
    stack: Stack,
    service: PythonService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: BuildTarget,
    runtime: str,
    architecture: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text(f"{pinned(local_wheel(tmp_path))}\n")
    built = replace(service, target=target, requirements=tmp_path / "requirements.txt")

    PythonFunction(stack, "PlaceOrder", service=built, entry="place_order")

    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::Function", {"Runtime": runtime, "Architectures": [architecture]}
    )
    template.has_resource_properties(
        "AWS::Lambda::LayerVersion", {"CompatibleArchitectures": [architecture]}
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (BuildTarget(python="3.10"), r"python must be one .* 3\.11, .*, 3\.14, got '3\.10'"),
        (BuildTarget(python="3.99"), r"python must be one .* 3\.11, .*, 3\.14, got '3\.99'"),
        (BuildTarget(platform="x86_64-unknown-linux-musl"), "got 'x86_64-unknown-linux-musl'"),
        (BuildTarget(platform="aarch64-apple-darwin"), "got 'aarch64-apple-darwin'"),
        (BuildTarget(platform="windows"), "platform must be .*x86_64-manylinux2014, .*'windows'"),
        (
            BuildTarget(platform="x86_64-manylinux_2_35"),
            r"up to …-manylinux_2_34, got 'x86_64-many",
        ),
        (BuildTarget(python="3.11", platform="aarch64-manylinux_2_28"), "up to …-manylinux_2_26"),
        (BuildTarget(python="3.11", platform="x86_64-unknown-linux-gnu"), "Python 3.11, aarch64-"),
    ],
    ids=lambda value: value.key if isinstance(value, BuildTarget) else None,
)
def test_a_target_that_lambda_has_not_is_refused_with_what_it_has(
    service: PythonService, target: BuildTarget, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        replace(service, target=target)


def test_the_newest_python_of_the_cdk_is_known() -> None:
    known = {f"PYTHON_{python.replace('.', '_')}" for python in LAMBDA_GLIBC}
    of_the_cdk = {name for name in vars(lambda_.Runtime) if name.startswith("PYTHON_3_")}

    assert known <= of_the_cdk
    assert max(of_the_cdk, key=minor) in known
    assert LAMBDA_PYTHON in LAMBDA_GLIBC


def minor(name: str) -> int:
    return int(name.rpartition("_")[2])


@pytest.mark.parametrize(
    "other", [BuildTarget(python="3.12"), BuildTarget(platform="x86_64-manylinux2014")]
)
def test_a_function_takes_no_layer_that_was_built_for_something_else(
    stack: Stack,
    service: PythonService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    other: BuildTarget,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text(f"{pinned(local_wheel(tmp_path))}\n")
    built = replace(service, target=other)
    layer = built.layer(stack, "Packages", tmp_path / "requirements.txt")

    with pytest.raises(ValueError, match="layers must be built for aarch64-manylinux2014-3"):
        PythonFunction(
            stack,
            "PlaceOrder",
            service=replace(service, target=BuildTarget()),
            entry="place_order",
            layers=[layer],
        )


def test_what_runs_on_this_machine_only_is_told_until_somebody_says_that_it_may(
    stack: Stack, service: PythonService
) -> None:
    for name in ("First", "Second"):
        PythonFunction(stack, name, service=service, entry="place_order")

    (note,) = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    assert "built for this machine, which an emulator runs and Lambda does not" in str(note)
    Notes.of(stack).acknowledge_warning("blockwork:this-machine", "an emulator runs it")
    assert not Annotations.from_stack(stack).find_warning("*", Match.any_value())


@pytest.mark.parametrize("python", ["3", "3.14.1", "python3.14"])
def test_a_target_is_a_minor_version(python: str) -> None:
    with pytest.raises(ValueError, match=r"python must be a minor version such as '3.14', got"):
        BuildTarget(python=python)


def test_bytecode_needs_an_interpreter_of_exactly_that_version() -> None:
    assert HERE.interpreter == sys.executable
    version = subprocess.run([sys.executable, "-V"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith(f"Python {HERE.python}.")
    assert BuildTarget(python="3.99").interpreter is None


def test_where_a_shim_stands_for_no_interpreter_all_is_built_without_bytecode_and_told_so(
    stack: Stack,
    service: PythonService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    other = BuildTarget(python="3.12" if sys.version_info[:2] == (3, 13) else "3.13")
    shim = tmp_path / f"python{other.python}"
    shim.write_text("#!/bin/sh\necho not installed >&2; exit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "requirements.txt").write_text(f"{pinned(local_wheel(tmp_path))}\n")
    built = replace(service, target=other, requirements=tmp_path / "requirements.txt")

    PythonFunction(stack, "PlaceOrder", service=built, entry="place_order")

    (note,) = Annotations.from_stack(stack).find_info("*", Match.any_value())
    assert f"no python{other.python} that runs is here to write" in str(note.entry.data)
