"""What holds for every stack, whoever adds the next one: the library's rules, and our own."""

import json

from aws_cdk import RemovalPolicy
from shared.events import EVENTS

from app import STAGES_FILE
from blockwork.testing import EnvironmentContract, Judged, SynthesisedApp, SynthesisedStack
from blockwork.testing.bundles import code_of, layers_of
from blockwork.testing.synthesis import Template
from stacks.config import StageConfig, all_stages
from stacks.stages_file import read_stages_file
from tests.snapshot.resources import of_type, without_emptying

PUBLIC = {
    "Campaigns": ["POST /webhooks/campaign-status"],
    "Catalog": ["GET /products", "GET /products/{productId}"],
    "Forecast": ["GET /forecast"],
    "Identity": ["GET /unsubscribe", "POST /tokens/refresh", "POST /unsubscribe"],
}


def stages() -> tuple[StageConfig, ...]:
    return tuple(all_stages(read_stages_file(STAGES_FILE)))


def test_every_template_keeps_the_rule(template_rule: Judged) -> None:
    template_rule.check()


def test_data_may_go_exactly_where_the_stage_says_so(synthesised_app: SynthesisedApp) -> None:
    kept = {
        stage.name.capitalize()
        for stage in stages()
        if stage.removal_policy is not RemovalPolicy.DESTROY
    }

    assert kept == {"Staging", "Prod"}
    for stack in synthesised_app.stacks.values():
        assert stack.keeps_data == (stack.name.partition("-")[0] in kept), stack.name


def test_every_function_is_given_the_variables_that_its_modules_read(
    environment_contract: EnvironmentContract,
) -> None:
    """The names of variables are the one contract between a stack and its handlers."""
    environment_contract.check()

    assert environment_contract.unread == []
    left = {one.rpartition(": ")[2] for one in environment_contract.left_to_defaults}
    assert left == {"EVENT_FORMS"}  # our events name their user as the block expects it


def test_every_function_is_one_whose_imports_the_rule_can_see(
    synthesised_app: SynthesisedApp,
) -> None:
    for function in synthesised_app.of_type("AWS::Lambda::Function"):
        assert code_of(function) is not None, f"{function}: no rule for its imports yet"
        assert layers_of(function) is not None, f"{function}: a layer is not of its stack"


def test_packages_are_told_nothing_but_the_name_of_the_service(
    stack_name: str, templates: dict[str, Template]
) -> None:
    for function in of_type(templates[stack_name], "AWS::Lambda::Function").values():
        names = function["Environment"]["Variables"]
        of_packages = {name for name in names if name.startswith(("AWS_", "POWERTOOLS_"))}
        assert of_packages <= {"POWERTOOLS_SERVICE_NAME"}


def test_everybody_may_call_these_routes_and_no_others(
    public_routes: dict[str, list[str]],
) -> None:
    assert public_routes == {
        f"{stage.name.capitalize()}-{service}": routes
        for stage in stages()
        for service, routes in PUBLIC.items()
    }


def test_what_must_have_a_name_of_the_world_has_that_of_its_stage(
    synthesised_stack: SynthesisedStack,
) -> None:
    (stage,) = (
        one for one in stages() if synthesised_stack.name.startswith(f"{one.name.capitalize()}-")
    )
    for sender in synthesised_stack.of_type("AWS::SES::EmailIdentity"):
        assert sender.properties["EmailIdentity"] == stage.mail_sender
    for record in synthesised_stack.of_type("AWS::Route53::RecordSet"):
        assert record.properties["Name"] == f"{stage.domain}."


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


def test_the_only_custom_resource_is_the_release_which_no_property_could_bring(
    stack_name: str, templates: dict[str, Template]
) -> None:
    resources = without_emptying(templates[stack_name])["Resources"]
    kinds = {resource["Type"] for resource in resources.values()}

    custom = {kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::Cust"))}
    assert custom == ({"Custom::SiteRelease"} if stack_name.endswith("-Release") else set())
