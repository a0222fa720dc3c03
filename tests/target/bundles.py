"""Every Python function of the platform and of the blocks, as a deployment would upload it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk import App, Stack

from app import STAGES_FILE
from constructs_lib.blocks import TokenAuthorizer
from constructs_lib.primitives import BuildTarget
from constructs_lib.primitives.build_target import LAMBDA_PYTHON
from stacks.config import all_stages
from stacks.platform import add_platform
from stacks.stages_file import read_stages_file
from tests.target.lambda_runtime import Bundle

ROOT = Path(__file__).parents[2]


def bundles(target: BuildTarget, folder: Path) -> list[Bundle]:
    """Return the functions of all stages that are deployed to AWS, each different one once.

    :param target: what they are built for.
    :param folder: where the assembly goes.
    """
    site = folder / "site"
    site.mkdir()
    (site / "index.html").write_text("<!doctype html>")
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = App(
        outdir=str(folder / "assembly"),
        context=settings,
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    for config in all_stages(read_stages_file(STAGES_FILE)):
        if config.endpoints is None:
            add_platform(app, config=replace(config, build_target=target), site_content=site)
    TokenAuthorizer(
        Stack(app, "Blocks"),
        "Authorizer",
        issuer="https://issuer.example.com",
        audience=["api"],
        target=target,
    )
    found = functions(Path(app.synth().directory))
    different = {
        (bundle.handler, bundle.code, bundle.layers, *sorted(bundle.variables)): bundle
        for bundle in found
    }
    return list(different.values())


def functions(assembly: Path) -> Iterator[Bundle]:
    """Yield the Python functions of an assembly's templates."""
    for file in sorted(assembly.glob("*.template.json")):
        resources = json.loads(file.read_text())["Resources"]

        def asset(content: dict[str, Any]) -> Path:
            return assembly / f"asset.{content['S3Key']}"

        for resource in resources.values():
            properties = resource.get("Properties", {})
            if not str(properties.get("Runtime")).startswith("python"):
                continue
            assert properties["Runtime"] == f"python{LAMBDA_PYTHON}"
            variables = properties.get("Environment", {}).get("Variables", {})
            yield Bundle(
                handler=properties["Handler"],
                code=asset(properties["Code"]),
                layers=tuple(
                    asset(resources[layer["Ref"]]["Properties"]["Content"])
                    for layer in properties.get("Layers", [])
                ),
                variables={
                    name: value if isinstance(value, str) else "known-once-deployed"
                    for name, value in variables.items()
                },
            )
