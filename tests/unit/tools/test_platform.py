"""What the platform begins with on a fresh clone, while packages are on their way."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from blockwork.local import early_synthesis
from blockwork.local.errors import CommandError
from tools import platform


@pytest.fixture
def begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[dict[str, Any]]]:
    """Return what begins and tells with what the app was run."""

    def begin(*, is_built: bool, has_bytecode: bool, fails: bool = False) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = []

        def run(command: list[str], **named: Any) -> None:
            assert Path(named["env"]["CDK_OUTDIR"]).is_dir()
            calls.append({"command": command[1:], **named})
            if fails:
                raise CommandError("Could not begin.", named["log"])

        built, cached = tmp_path / ".build", tmp_path / "aws_cdk.pyc"
        if is_built:
            built.mkdir()
        if has_bytecode:
            cached.touch()
        monkeypatch.setattr(early_synthesis, "run", run)
        monkeypatch.setattr(early_synthesis, "BUILT", built)
        monkeypatch.setattr(
            early_synthesis, "find_spec", lambda _name: SimpleNamespace(cached=str(cached))
        )
        platform.PlatformApp().begin()
        return calls

    return begin


def test_a_fresh_clone_is_synthesised_for_nobody_as_the_local_stage(
    begins: Callable[..., list[dict[str, Any]]],
) -> None:
    (call,) = begins(is_built=False, has_bytecode=False)

    context = json.loads(call["env"]["CDK_CONTEXT_JSON"])
    assert call["command"] == ["app.py"]
    assert context["stage"] == "local"
    assert context["@aws-cdk/core:defaultCrossStackReferences"] == "weak"
    assert not Path(call["env"]["CDK_OUTDIR"]).exists()


@pytest.mark.parametrize(("is_built", "has_bytecode"), [(True, False), (False, True)])
def test_what_is_missing_alone_is_reason_enough(
    begins: Callable[..., list[dict[str, Any]]], is_built: bool, has_bytecode: bool
) -> None:
    assert len(begins(is_built=is_built, has_bytecode=has_bytecode)) == 1


def test_nothing_is_begun_where_all_is_there(begins: Callable[..., list[dict[str, Any]]]) -> None:
    assert begins(is_built=True, has_bytecode=True) == []


def test_what_cannot_be_begun_is_left_to_the_synthesis(
    begins: Callable[..., list[dict[str, Any]]],
) -> None:
    assert len(begins(is_built=False, has_bytecode=False, fails=True)) == 1
