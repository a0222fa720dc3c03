"""The same commit gives the same assets, whoever checks it out and wherever."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from constructs_lib.primitives.build_target import LAMBDA_PYTHON
from tests.packaging.conftest import ROOT

SYNTHESIS = """
from app import build_app
from aws_cdk import Stack
from constructs_lib.blocks import TokenAuthorizer

app = build_app(validate=False)
TokenAuthorizer(Stack(app, "Blocks"), "Authorizer", issuer="https://i.example", audience="api")
app.synth()
"""
"""What `cdk synth` has done, and the block that no stage has: validation changes no file."""
INTERPRETER = f"""#!/bin/sh
case "$*" in *cache_tag*) echo cpython-{LAMBDA_PYTHON.replace(".", "")}; exit ;; esac
exec {sys.executable} "$@"
"""
"""Writes bytecode, if of another version: what is asked here is whether it is carried."""


def git(*arguments: str | Path, cwd: Path = ROOT) -> str:
    command: list[str | Path] = ["git", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def assets(
    checkout: Path, umask: int, interpreter: str | None = None, **variables: str
) -> dict[str, str]:
    """Synthesise a stage in a checkout and return every template and every list of assets.

    :param interpreter: the target's Python, the only one on the path. Default: there is none.
    """
    settings = json.loads((checkout / "cdk.json").read_text())["context"]
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))
    }
    programs = checkout.with_name("programs")
    programs.mkdir(exist_ok=True)
    (programs / "node").symlink_to(str(shutil.which("node")))
    (checkout / "node_modules").symlink_to(ROOT / "node_modules")  # as npm installs them
    if interpreter:
        (programs / f"python{LAMBDA_PYTHON}").write_text(interpreter)
        (programs / f"python{LAMBDA_PYTHON}").chmod(0o755)
    output = checkout / "assembly"
    environment |= {
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**settings, "stage": "dev"}),
        "PATH": str(programs),
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
    elsewhere = assets(other, 0o077, INTERPRETER, LC_ALL="C", TZ="Pacific/Apia", PYTHONHASHSEED="7")

    assert any(name.endswith(".assets.json") for name in here)
    assert elsewhere == here
    assert python_assets_with_bytecode(other) == {True}
    is_target = f"{sys.version_info[0]}.{sys.version_info[1]}" == LAMBDA_PYTHON
    assert python_assets_with_bytecode(plain) == {is_target}


def python_assets_with_bytecode(checkout: Path) -> set[bool]:
    """Tell of each zip with modules, code and layers alike, whether their bytecode is with them."""
    names = [
        zipfile.ZipFile(asset).namelist() for asset in (checkout / "assembly").glob("asset.*.zip")
    ]
    return {
        any(name.endswith(".pyc") for name in each)
        for each in names
        if any(name.endswith(".py") for name in each)
    }


@pytest.mark.parametrize("line_ends", ["true", "input"])
def test_no_file_is_checked_out_with_other_bytes(tmp_path: Path, line_ends: str) -> None:
    checkout = tmp_path / "checkout"
    git("-c", f"core.autocrlf={line_ends}", "clone", "--quiet", ROOT, checkout)

    stored = git("ls-tree", "-r", "--format=%(objectname) %(path)", "HEAD", cwd=checkout)
    names = [line.partition(" ")[2] for line in stored.splitlines()]
    found = git("hash-object", "--no-filters", "--", *names, cwd=checkout).split()
    assert found == [line.partition(" ")[0] for line in stored.splitlines()]
