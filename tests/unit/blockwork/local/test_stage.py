"""In which order a local stage comes up: nothing waits for what it does not need."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from blockwork.local.configured_app import ConfiguredApp
from blockwork.local.progress import Progress
from blockwork.local.stage import LocalStage
from tests.waiting import eventually


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStage:
    """Return a stage of an app that was never deployed, whose parts are stand-ins."""
    stage = LocalStage(ConfiguredApp(folder=tmp_path), tmp_path / "stage", port=4999)
    for name in ("_start_emulator", "_share_secrets", "make_ready", "_account", "_cdk"):
        monkeypatch.setattr(stage, name, Mock())
    stage._account.recall.return_value = None  # type: ignore[attr-defined]
    monkeypatch.setattr(stage, "_toolchain", Mock())
    return stage


def test_what_is_begun_waits_for_no_package_and_the_synthesis_for_what_is_begun(
    stage: LocalStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def packages(_show: object) -> None:
        eventually(lambda: "begins" in done)
        done.append("packages")

    def begin() -> None:
        done.append("begins")
        eventually(lambda: "built" in done)
        done.append("begun")

    monkeypatch.setattr(stage.app, "begin", begin)
    monkeypatch.setattr(stage.app, "build", lambda _show: done.append("built"))
    monkeypatch.setattr(stage._toolchain, "node_packages", packages)
    monkeypatch.setattr(stage._cdk, "synthesize", lambda _show: done.append("synthesised"))
    monkeypatch.setattr(stage._cdk, "deploy", lambda _show: done.append("deployed"))

    stage._bring_up("now", Progress())

    assert done == ["begins", "packages", "built", "begun", "synthesised", "deployed"]
