"""The same commit gives the same assets, whoever checks it out and wherever."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.conftest import ROOT

SYNTHESIS = "from app import build_app; build_app(validate=False).synth()"
"""What `cdk synth` has done: validation changes no file."""


def git(*arguments: str | Path, cwd: Path = ROOT) -> str:
    command: list[str | Path] = ["git", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def assets(checkout: Path, umask: int, **variables: str) -> dict[str, str]:
    """Synthesise a stage in a checkout and return every template and every list of assets."""
    settings = json.loads((checkout / "cdk.json").read_text())["context"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))
    }
    output = checkout / "assembly"
    environment |= {
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**settings, "stage": "dev"}),
        "PYTHONPATH": str(checkout),
        **variables,
    }
    command = [sys.executable, "-c", SYNTHESIS]
    subprocess.run(command, cwd=checkout, env=environment, umask=umask, check=True)
    files = [*output.glob("*.template.json"), *output.glob("*.assets.json")]
    return {file.name: file.read_text() for file in files}


def test_whoever_checks_a_commit_out_makes_the_same_assets(tmp_path: Path) -> None:
    plain, other = tmp_path / "plain", tmp_path / "other" / "place"
    git("-c", "core.autocrlf=false", "clone", "--quiet", ROOT, plain)
    git("-c", "core.autocrlf=true", "-c", "core.eol=crlf", "clone", "--quiet", ROOT, other)

    here = assets(plain, 0o022)
    elsewhere = assets(other, 0o077, LC_ALL="C", TZ="Pacific/Apia", PYTHONHASHSEED="7")

    assert any(name.endswith(".assets.json") for name in here)
    assert elsewhere == here


@pytest.mark.parametrize("line_ends", ["true", "input"])
def test_no_file_is_checked_out_with_other_bytes(tmp_path: Path, line_ends: str) -> None:
    checkout = tmp_path / "checkout"
    git("-c", f"core.autocrlf={line_ends}", "clone", "--quiet", ROOT, checkout)

    stored = git("ls-tree", "-r", "--format=%(objectname) %(path)", "HEAD", cwd=checkout)
    names = [line.partition(" ")[2] for line in stored.splitlines()]
    found = git("hash-object", "--no-filters", "--", *names, cwd=checkout).split()
    assert found == [line.partition(" ")[0] for line in stored.splitlines()]
