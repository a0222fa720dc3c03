"""What holds for every stack, whoever adds the next one."""

import json
from pathlib import Path

import pytest
from shared.events import EVENTS

from app import STAGES_FILE
from stacks.config import all_stages
from stacks.stages_file import read_stages_file
from tests.snapshot.conftest import Template
from tests.snapshot.naming import own_names
from tests.snapshot.resources import of_type, without_emptying
from tests.unit.lambda_src.environment import variables_read_by

KEEPS_DATA = {
    "AWS::Cognito::UserPool",
    "AWS::DynamoDB::GlobalTable",
    "AWS::Events::Archive",
    "AWS::Events::EventBus",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
}


def test_a_stack_is_far_from_the_limit(stack_name: str, templates: dict[str, Template]) -> None:
    assert len(templates[stack_name]["Resources"]) <= 200


def test_no_stack_holds_another_by_an_export(
    stack_name: str, templates: dict[str, Template]
) -> None:
    template = templates[stack_name]

    assert "Fn::ImportValue" not in json.dumps(template)
    assert [name for name, out in template.get("Outputs", {}).items() if "Export" in out] == []


def test_every_log_expires_and_every_function_writes_one(
    stack_name: str, templates: dict[str, Template]
) -> None:
    template = templates[stack_name]
    groups = of_type(template, "AWS::Logs::LogGroup")

    assert [name for name, group in groups.items() if "RetentionInDays" not in group] == []
    for function in of_type(template, "AWS::Lambda::Function").values():
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_nothing_has_a_name_that_cloudformation_would_make_up(
    stack_name: str, templates: dict[str, Template]
) -> None:
    """It would block a replacement, a retry, and a second stage in the account."""
    for logical_id, resource in templates[stack_name]["Resources"].items():
        assert [name for name in own_names(resource) if not name.required] == [], logical_id


def test_what_must_have_a_name_has_one_of_its_stack_or_what_the_world_calls_it(
    stack_name: str, templates: dict[str, Template]
) -> None:
    stages = all_stages(read_stages_file(STAGES_FILE))
    of_the_world = {stage.mail_sender for stage in stages} | {stage.domain for stage in stages}
    for resource in templates[stack_name]["Resources"].values():
        for name in own_names(resource):
            if name.value.removesuffix(".") not in of_the_world:
                assert stack_name.replace("-", "") in name.value, name


def test_a_rule_takes_an_event_only_of_the_service_whose_event_it_is(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for rule in of_type(templates[stack_name], "AWS::Events::Rule").values():
        pattern = rule["EventPattern"]
        if rule.get("EventBusName", "default") == "default":
            assert all(source.startswith("aws.") for source in pattern["source"])
        else:
            events = [EVENTS[name] for name in pattern["detail-type"]]
            assert [pattern["source"]] * len(events) == [[event.SOURCE] for event in events]


def test_what_keeps_events_that_failed_is_encrypted_by_the_stages_own_key(
    stack_name: str, templates: dict[str, Template]
) -> None:
    """They are kept whole, and tell of persons; who reads them needs the key too."""
    queues = of_type(templates[stack_name], "AWS::SQS::Queue").items()
    ends = [queue for _, queue in queues if "RedrivePolicy" not in queue]
    for keeper in (*ends, *of_type(templates[stack_name], "AWS::SNS::Topic").values()):
        assert "Key" in json.dumps(keeper["KmsMasterKeyId"])


def test_every_function_is_given_the_variables_its_module_reads(
    stack_name: str, templates: dict[str, Template]
) -> None:
    """The names of variables are the one contract between a stack and its handlers."""
    for function in of_type(templates[stack_name], "AWS::Lambda::Function").values():
        module, _, _ = function["Handler"].rpartition(".")
        given = set(function["Environment"]["Variables"]) - {"POWERTOOLS_SERVICE_NAME"}
        assert given == variables_read_by(module)


def test_no_secret_stands_in_an_environment_variable(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for function in of_type(templates[stack_name], "AWS::Lambda::Function").values():
        names = function.get("Environment", {}).get("Variables", {})
        assert [
            name for name in names if any(word in name for word in ("SECRET", "PASSWORD"))
        ] == []


@pytest.mark.parametrize("stage", ["Staging", "Prod"])
def test_data_survives_the_removal_of_its_stack(stage: str, templates: dict[str, Template]) -> None:
    for name, template in templates.items():
        if name.startswith(f"{stage}-"):
            for logical_id, resource in template["Resources"].items():
                # The log of the function that copies a release is of no use without the release.
                if resource["Type"] in KEEPS_DATA and not name.endswith("-Release"):
                    assert resource["DeletionPolicy"] == "RetainExceptOnCreate", (
                        f"{name}/{logical_id}"
                    )
                    assert resource["UpdateReplacePolicy"] == "Retain", f"{name}/{logical_id}"


def test_nothing_stays_of_a_creation_that_failed(
    stack_name: str, templates: dict[str, Template]
) -> None:
    """What is retained even then keeps its name taken: the next try could not make it again."""
    resources = templates[stack_name]["Resources"].items()

    assert [key for key, value in resources if value.get("DeletionPolicy") == "Retain"] == []


@pytest.mark.parametrize("stage", ["Staging", "Prod"])
def test_users_and_tables_are_protected_and_recoverable(
    stage: str, templates: dict[str, Template]
) -> None:
    for name, template in templates.items():
        if name.startswith(f"{stage}-"):
            for pool in of_type(template, "AWS::Cognito::UserPool").values():
                assert pool["DeletionProtection"] == "ACTIVE"
            for table in of_type(template, "AWS::DynamoDB::GlobalTable").values():
                (replica,) = table["Replicas"]
                assert replica["DeletionProtectionEnabled"] is True
                recovery = replica["PointInTimeRecoverySpecification"]
                assert recovery["PointInTimeRecoveryEnabled"] is True


def test_the_only_custom_resource_is_the_release_which_no_property_could_bring(
    stack_name: str, templates: dict[str, Template]
) -> None:
    resources = without_emptying(templates[stack_name])["Resources"]
    kinds = {resource["Type"] for resource in resources.values()}

    custom = {kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::Cust"))}
    assert custom == ({"Custom::SiteRelease"} if stack_name.endswith("-Release") else set())


def test_stages_differ_in_values_not_in_shape(templates: dict[str, Template]) -> None:
    shapes: dict[str, dict[str, list[str]]] = {}
    for stack, template in templates.items():
        stage, name = stack.split("-", 1)
        resources = without_emptying(template)["Resources"]
        kinds = sorted(resource["Type"] for resource in resources.values())
        shapes.setdefault(name, {})[stage] = kinds
    names_of_a_domain = {"AWS::Route53::RecordSet"}
    for stages in shapes.values():
        without_domain = {
            tuple(kind for kind in kinds if kind not in names_of_a_domain)
            for kinds in stages.values()
        }
        assert len(without_domain) == 1


def test_no_synthesis_warns_of_anything(assemblies: dict[str, Path]) -> None:
    told = [
        file
        for folder in set(assemblies.values())
        for file in folder.glob("*.json")
        if "aws:cdk:warning" in file.read_text()
    ]

    assert not told
