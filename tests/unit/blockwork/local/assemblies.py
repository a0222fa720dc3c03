"""Assemblies as the CDK writes them, made by hand: a test of what reads them needs no synthesis."""

import json
from pathlib import Path
from typing import Any

UNKNOWN = "aws://unknown-account/unknown-region"


def write_assembly(
    folder: Path,
    stacks: dict[str, dict[str, Any]],
    *,
    environment: str = UNKNOWN,
    elsewhere: dict[str, str] | None = None,
    files: dict[str, str] | None = None,
    images: tuple[str, ...] = (),
    needs: dict[str, list[str]] | None = None,
    ids: dict[str, str] | None = None,
) -> Path:
    """Write an assembly whose stacks have these templates.

    :param elsewhere: the environment of a stack that is in another one, by its name.
    :param files: the path of each asset in it, by hash. Default: no assets.
    :param needs: which stacks one needs, by its name. Default: none needs another.
    :param ids: how `cdk list` names a stack, by its name. Default: by its name.
    """
    folder.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    for name, template in stacks.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        assets = {
            "files": {hash_: {"source": {"path": path}} for hash_, path in (files or {}).items()},
            "dockerImages": {hash_: {} for hash_ in images},
        }
        (folder / f"{name}.assets.json").write_text(json.dumps(assets))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": (elsewhere or {}).get(name, environment),
            "displayName": f"{(ids or {}).get(name, name)} (Stack-{name})",
            "dependencies": [f"{name}.assets", *(needs or {}).get(name, [])],
            "properties": {"templateFile": f"{name}.template.json"},
        }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def resources(**found: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a template of resources: type and properties by logical id."""
    return {
        "Resources": {
            id_: {"Type": type_, "Properties": properties}
            for id_, (type_, properties) in found.items()
        }
    }
