"""Assemblies of one stack, as `cdk synth` writes them."""

import json
from pathlib import Path
from typing import Any


def assembly(
    folder: Path,
    *,
    account: str = "unknown-account",
    parameters: dict[str, Any] | None = None,
    **resources: dict[str, Any],
) -> Path:
    artifact = {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{account}/unknown-region",
        "properties": {"templateFile": "Shop.template.json"},
    }
    (folder / "manifest.json").write_text(json.dumps({"artifacts": {"Shop": artifact}}))
    template = {"Resources": resources, "Parameters": parameters or {}}
    (folder / "Shop.template.json").write_text(json.dumps(template))
    return folder
