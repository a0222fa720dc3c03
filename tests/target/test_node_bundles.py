"""Every function in Node.js starts, from the bundle that is deployed, in the Node.js of Lambda."""

import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from constructs_lib.primitives import NodeService
from constructs_lib.primitives.node_build import NODE, OF_THE_RUNTIME
from tests.target.conftest import ROOT

SOURCE = ROOT / "lambda_src"
ENTRIES = sorted(SOURCE.glob("*/handler.ts"))
STARTS = "import { handler } from './index.mjs'; console.log(typeof handler, process.version)"
GIVEN = {"TASKS_TABLE": "t", "EVENT_BUS_NAME": "b", "OWN_ISSUER": "https://i.example"}


def start(task: Path, bundle: Path) -> subprocess.CompletedProcess[str]:
    """Import a bundle where there is nothing but Node.js and AWS's SDK."""
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(task)
    packages = task.parent / "node_modules"
    packages.mkdir(parents=True)
    for scope in OF_THE_RUNTIME:
        name = scope.partition("/")[0]
        (packages / name).symlink_to(ROOT / "node_modules" / name)
    return subprocess.run(
        ["node", "--enable-source-maps", "--input-type=module", "--eval", STARTS],
        cwd=task,
        env={"PATH": os.environ["PATH"], "AWS_REGION": "eu-west-2", **GIVEN},
        capture_output=True,
        text=True,
        check=False,
    )


def test_there_are_some() -> None:
    assert [entry.parent.name for entry in ENTRIES] == ["support"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.parent.name)
def test_it_starts(entry: Path, tmp_path: Path) -> None:
    bundle = NodeService(name=entry.parent.name, source=SOURCE).bundle(entry)

    done = start(tmp_path / "task", bundle)

    assert done.stderr == ""
    kind, version = done.stdout.split()
    assert kind == "function"
    assert version.startswith(f"v{NODE}.")


def test_what_the_runtime_has_not_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "src" / "orders").mkdir(parents=True)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    entry = tmp_path / "src" / "orders" / "place.ts"
    entry.write_text('export const handler = await import(["left", "pad"].join("-"));\n')
    bundle = NodeService(name="orders", source=tmp_path / "src").bundle(entry)

    done = start(tmp_path / "lambda" / "task", bundle)

    assert "Cannot find package 'left-pad'" in done.stderr
