"""Assemblies as `cdk synth` writes them, by hand."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwork.testing import Settings, SynthesisedApp
from blockwork.testing.synthesis import read_app

Resources = Mapping[str, Any]


def write_stack(folder: Path, name: str, resources: Resources, **rest: object) -> None:
    """Add a stack to an assembly, which is made with its first.

    :param rest: what else the template has, such as `Outputs`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "manifest.json"
    manifest = json.loads(file.read_text()) if file.is_file() else {"artifacts": {}}
    manifest["artifacts"][name] = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": f"{name}.template.json"},
        "displayName": name,
    }
    file.write_text(json.dumps(manifest))
    template = {"Resources": resources, **rest}
    (folder / f"{name}.template.json").write_text(json.dumps(template))


def write_asset(folder: Path, hash_: str, files: Mapping[str, str]) -> str:
    """Add a zipped asset to an assembly, and return its key in S3."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "all.assets.json"
    listed = json.loads(file.read_text()) if file.is_file() else {"files": {}}
    listed["files"][hash_] = {"source": {"path": f"asset.{hash_}.zip", "packaging": "file"}}
    file.write_text(json.dumps(listed))
    with zipfile.ZipFile(folder / f"asset.{hash_}.zip", "w") as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return f"{hash_}.zip"


def function(key: str | None = None, handler: str = "place.handler", **variables: str) -> Any:
    """Return a Python function with its environment."""
    code = {"S3Bucket": "assets", "S3Key": key} if key else {"ZipFile": "def handler(*_): ..."}
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": handler if key else "index.handler",
            "Code": code,
            "Environment": {"Variables": variables},
        },
    }


def read(folder: Path, **settings: Any) -> SynthesisedApp:
    """Return the app of an assembly."""
    return read_app([folder], Settings(**settings), folder.parent / "scratch")
