"""Deploy constructs to the emulator without the CDK's command line: synthesise, upload, create."""

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_cdk import App, DefaultStackSynthesizer, Stack

from tests.emulator.support import Aws, eventually

ASSETS = "assets-of-tests"


def deploy_constructs(aws: Aws, name: str, build: Callable[[Stack], None]) -> dict[str, str]:
    """Deploy what `build` puts into a stack, and return the stack's outputs."""
    with TemporaryDirectory() as folder:
        app = App(
            outdir=folder, analytics_reporting=False, builtin_cloud_formation_validation=False
        )
        synthesizer = DefaultStackSynthesizer(
            file_assets_bucket_name=ASSETS, generate_bootstrap_version_rule=False
        )
        build(Stack(app, name, synthesizer=synthesizer))
        app.synth()
        _upload(aws, Path(folder), f"{name}.assets.json")
        template = json.loads((Path(folder) / f"{name}.template.json").read_text())
    outputs = {key: output["Value"] for key, output in template.get("Outputs", {}).items()}
    return aws.deploy(name, template["Resources"], **outputs)


@contextlib.contextmanager
def deployed_for_now(
    aws: Aws, name: str, build: Callable[[Stack], None]
) -> Iterator[dict[str, str]]:
    """Deploy as `deploy_constructs`, and take the stack away in the end.

    For distributions: one that is asked for by no name of its own is the first that there is.
    """
    yield deploy_constructs(aws, name, build)
    cloudformation = aws.client("cloudformation")
    cloudformation.delete_stack(StackName=name)
    eventually(lambda: name not in _stacks(cloudformation))


def _stacks(cloudformation: Any) -> list[str]:
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"]]


def _upload(aws: Aws, assembly: Path, manifest: str) -> None:
    s3 = aws.client("s3")
    location = {"LocationConstraint": s3.meta.region_name}
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=ASSETS, CreateBucketConfiguration=location)
    for asset in json.loads((assembly / manifest).read_text())["files"].values():
        source = assembly / asset["source"]["path"]
        if source.is_dir():
            source = Path(shutil.make_archive(str(source), "zip", source))
        for destination in asset["destinations"].values():
            s3.upload_file(str(source), ASSETS, destination["objectKey"])
