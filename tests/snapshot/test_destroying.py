"""A stage whose data may go can be destroyed with it, and no other stage can."""

from typing import Any

from aws_cdk import RemovalPolicy

from app import STAGES_FILE
from stacks.config import all_stages
from stacks.stages_file import read_stages_file
from tests.snapshot.conftest import Template

DESTROYED = {
    stage.name.capitalize()
    for stage in all_stages(read_stages_file(STAGES_FILE))
    if stage.removal_policy is RemovalPolicy.DESTROY
}
PROTECTION = {"DeletionProtection", "DeletionProtectionEnabled", "DisableApiTermination"}


def is_destroyed(stack_name: str) -> bool:
    return stack_name.partition("-")[0] in DESTROYED


def settings(value: Any) -> list[tuple[str, Any]]:
    """Return every key with its value, however deep."""
    if isinstance(value, dict):
        return [*value.items(), *(found for part in value.values() for found in settings(part))]
    return [found for part in value for found in settings(part)] if isinstance(value, list) else []


def test_it_is_dev_and_the_local_stage() -> None:
    assert {"Dev", "Local"} == DESTROYED


def test_nothing_stays_or_refuses_to_go(stack_name: str, templates: dict[str, Template]) -> None:
    resources = templates[stack_name]["Resources"] if is_destroyed(stack_name) else {}
    for logical_id, resource in resources.items():
        assert resource.get("DeletionPolicy", "Delete") == "Delete", logical_id
        assert resource.get("UpdateReplacePolicy", "Delete") == "Delete", logical_id
        for name, value in settings(resource.get("Properties", {})):
            assert name not in PROTECTION or value in (False, "INACTIVE"), logical_id


def test_a_bucket_is_emptied_exactly_where_it_goes(
    stack_name: str, templates: dict[str, Template]
) -> None:
    resources = templates[stack_name]["Resources"]
    buckets = {key for key, value in resources.items() if value["Type"] == "AWS::S3::Bucket"}
    emptied = {
        value["Properties"]["BucketName"]["Ref"]
        for value in resources.values()
        if value["Type"] == "Custom::BucketEmptying"
    }

    assert emptied == (buckets if is_destroyed(stack_name) else set())


def test_nothing_deletes_versions_of_what_is_kept(
    stack_name: str, templates: dict[str, Template]
) -> None:
    actions = [value for name, value in settings(templates[stack_name]) if name == "Action"]
    written = {name for one in actions for name in (one if isinstance(one, list) else [one])}

    assert is_destroyed(stack_name) or "s3:DeleteObjectVersion" not in written
