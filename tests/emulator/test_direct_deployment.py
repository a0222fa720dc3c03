"""What changed in an assembly is brought to CloudFormation, and nothing else."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from blockwork.dev.deployment import DirectDeployment
from blockwork.dev.publishing import zipped
from tests.emulator.support import Aws

ACCOUNT = "000000000000"


class Assembly:
    """Assemblies of some stacks, written as the CDK writes them, and what deploys them."""

    def __init__(self, aws: Aws, folder: Path, name: str) -> None:
        self.aws, self.folder, self.name = aws, folder, name
        self.bucket = f"assets-of-{name.lower()}"
        aws.client("s3").create_bucket(
            Bucket=self.bucket,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-2"},
        )
        self.by_cdk: list[str] = []
        self.said: list[str] = []
        self.deployment = DirectDeployment(
            aws.client,
            lambda: self.by_cdk.append("deploy"),
            place=lambda path: (Path("stacks/shop.py"), 7) if path.endswith("Second") else None,
            say=self.said.append,
        )

    def write(
        self,
        needs: dict[str, list[str]] | None = None,
        outputs: dict[str, dict[str, str]] | None = None,
        **templates: dict[str, Any],
    ) -> Path:
        """Write an assembly of stacks by the ends of their names."""
        artifacts: dict[str, Any] = {}
        for end, resources in templates.items():
            name = f"{self.name}-{end}"
            told = {key: {"Value": value} for key, value in (outputs or {}).get(end, {}).items()}
            text = json.dumps({"Resources": resources, **({"Outputs": told} if told else {})})
            key = f"{hashlib.sha256(text.encode()).hexdigest()}.json"
            (self.folder / f"{name}.template.json").write_text(text)
            page = self.folder / f"page-{end}"
            page.mkdir(exist_ok=True)
            (page / "index.html").write_text(key)
            files = {
                key: {"path": f"{name}.template.json", "packaging": "file"},
                f"{key}.zip": {"path": page.name, "packaging": "zip"},
            }
            assets = {
                "files": {
                    each: {
                        "source": source,
                        "destinations": {"a": {"bucketName": self.bucket, "objectKey": each}},
                    }
                    for each, source in files.items()
                }
            }
            (self.folder / f"{name}.assets.json").write_text(json.dumps(assets))
            artifacts[f"{name}.assets"] = {
                "type": "cdk:asset-manifest",
                "properties": {"file": f"{name}.assets.json"},
            }
            artifacts[name] = {
                "type": "aws:cloudformation:stack",
                "properties": {
                    "templateFile": f"{name}.template.json",
                    "stackTemplateAssetObjectUrl": f"s3://{self.bucket}/{key}",
                    "tags": {"team": "a"},
                },
                "dependencies": [
                    f"{name}.assets",
                    *(f"{self.name}-{each}" for each in (needs or {}).get(end, [])),
                ],
            }
        (self.folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
        return self.folder

    def create(self, **templates: dict[str, Any]) -> None:
        """Deploy stacks for the first time, as the CDK does."""
        cloudformation = self.aws.client("cloudformation")
        for end, resources in templates.items():
            name = f"{self.name}-{end}"
            self.aws.deploy(name, resources)
            cloudformation.update_stack(
                StackName=name,
                TemplateBody=json.dumps({"Resources": resources}),
                Tags=[{"Key": "team", "Value": "a"}],
            )
            cloudformation.get_waiter("stack_update_complete").wait(
                StackName=name, WaiterConfig={"Delay": 1}
            )

    def updates(self, end: str) -> int:
        """Return how often a stack was updated, as CloudFormation's events tell."""
        name = f"{self.name}-{end}"
        events = self.aws.client("cloudformation").describe_stack_events(StackName=name)
        return sum(
            event["LogicalResourceId"] == name and event["ResourceStatus"] == "UPDATE_IN_PROGRESS"
            for event in events["StackEvents"]
        )


@pytest.fixture
def make(aws: Aws, tmp_path: Path) -> Callable[[str], Assembly]:
    """Return what makes assemblies of stacks that nobody else has."""
    return lambda name: Assembly(aws, tmp_path, name)


def queue(seconds: int = 30, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}, **more}


def test_only_the_stack_that_changed_is_updated(make: Callable[[str], Assembly]) -> None:
    app = make("Changed")
    app.create(One={"Queue": queue()}, Two={"Queue": queue()})
    assert app.deployment.update(app.write(One={"Queue": queue()}, Two={"Queue": queue()})) == []
    before = app.updates("One"), app.updates("Two")

    changes = app.deployment.update(app.write(One={"Queue": queue()}, Two={"Queue": queue(40)}))

    assert [change.stack for change in changes] == ["Changed-Two"]
    assert not changes[0].failures
    assert (app.updates("One"), app.updates("Two")) == (before[0], before[1] + 1)
    assert app.by_cdk == []
    assert app.deployment.update(app.folder) == []


def test_what_a_stack_needs_is_published_first_and_only_once(
    make: Callable[[str], Assembly], aws: Aws
) -> None:
    app = make("Published")
    app.create(One={"Queue": queue()})

    app.deployment.update(app.write(One={"Queue": queue(40)}))

    s3 = aws.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=app.bucket)["Contents"]]
    (page,) = (key for key in keys if key.endswith(".zip"))
    body = s3.get_object(Bucket=app.bucket, Key=page)["Body"].read()
    assert body == zipped(app.folder / "page-One")
    assert len(keys) == 2


def test_stacks_are_updated_in_the_order_of_the_manifest(make: Callable[[str], Assembly]) -> None:
    app = make("Ordered")
    app.create(Reader={"Queue": queue()}, Source={"Queue": queue()})
    folder = app.write(
        needs={"Reader": ["Source"]}, Reader={"Queue": queue(40)}, Source={"Queue": queue(40)}
    )

    changes = app.deployment.update(folder)

    assert [change.stack for change in changes] == ["Ordered-Source", "Ordered-Reader"]


def test_a_reader_is_updated_too_where_an_output_that_it_reads_has_changed(
    make: Callable[[str], Assembly],
) -> None:
    app = make("Read")
    app.create(Source={"Queue": queue()}, Reader={"Queue": queue()})
    asked = {"StackName": "Read-Source", "OutputName": "Name", "Region": "eu-west-2"}
    value = {"Type": "String", "Value": {"Fn::GetStackOutput": asked}}
    reader = {"Name": {"Type": "AWS::SSM::Parameter", "Properties": value}}

    def updated(**outputs: str) -> list[str]:
        source = {"Queue": queue()}
        folder = app.write(outputs={"Source": outputs}, Source=source, Reader=reader)
        return [change.stack for change in app.deployment.update(folder)]

    assert set(updated(Name="a", Other="a")) == {"Read-Source", "Read-Reader"}
    assert updated(Name="a", Other="b") == ["Read-Source"]
    assert updated(Name="b", Other="b") == ["Read-Source", "Read-Reader"]
    assert app.by_cdk == []


def test_a_failure_is_told_with_resource_construct_and_line_and_mended_by_the_next(
    make: Callable[[str], Assembly],
) -> None:
    app = make("Failed")
    app.create(One={"Queue": queue()}, Two={"Queue": queue()})
    metadata = {"Metadata": {"aws:cdk:path": "Failed/One/Second"}}
    refused = {**queue(-1), **metadata}  # no seconds that SQS takes
    folder = app.write(
        needs={"Two": ["One"]},
        One={"Queue": queue(40), "Second": refused},
        Two={"Queue": queue(40)},
    )

    changes = {change.stack: change for change in app.deployment.update(folder)}

    failure = changes["Failed-One"].failures[0]
    assert (failure.logical_id, failure.path) == ("Second", "Failed/One/Second")
    assert failure.reason
    assert "stacks/shop.py:7" in str(changes["Failed-One"])
    assert "waits for Failed-One" in str(changes["Failed-Two"])
    assert app.by_cdk == []

    mended = app.deployment.update(app.write(One={"Queue": queue(50)}, Two={"Queue": queue(40)}))
    assert [(change.stack, change.failures) for change in mended] == [
        ("Failed-One", ()),
        ("Failed-Two", ()),
    ]


def test_a_new_stack_is_left_to_the_cdk_and_a_removed_one_to_people(
    make: Callable[[str], Assembly],
) -> None:
    app = make("Renewed")
    app.create(Old={"Queue": queue()})

    (change,) = app.deployment.update(app.write(New={"Queue": queue()}))

    assert (change.stack, change.by_cdk) == ("Renewed-New", True)
    assert app.by_cdk == ["deploy"]
    assert any(line.startswith("Renewed-Old is no stack of the app") for line in app.said)
    assert app.updates("Old")  # it is there


def test_what_cloudformation_refuses_is_left_to_the_cdk(make: Callable[[str], Assembly]) -> None:
    app = make("Refused")
    app.create(One={"Queue": queue()})
    folder = app.write(One={"Queue": queue(40)})
    manifest = json.loads((folder / "manifest.json").read_text())
    properties = manifest["artifacts"]["Refused-One"]["properties"]
    properties["stackTemplateAssetObjectUrl"] = f"s3://{app.bucket}/nothing.json"
    (folder / "manifest.json").write_text(json.dumps(manifest))

    (change,) = app.deployment.update(folder)

    assert change.by_cdk
    assert app.by_cdk == ["deploy"]
