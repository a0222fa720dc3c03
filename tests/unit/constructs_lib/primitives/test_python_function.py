from typing import Any, cast

import pytest
from aws_cdk import Duration, Size, Stack, Token
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Match, Template

from blockwork.runtime import metrics
from constructs_lib.blocks import FailureChain
from constructs_lib.primitives import PythonFunction, PythonService


@pytest.fixture
def function(stack: Stack, service: PythonService) -> PythonFunction:
    return PythonFunction(
        stack, "PlaceOrder", service=service, entry="place_order", environment={"TABLE": "orders"}
    )


def properties(stack: Stack) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources("AWS::Lambda::Function").values()
    found: dict[str, Any] = resource["Properties"]
    return found


def test_it_runs_the_handler_of_its_entry_on_arm64_with_traces(
    stack: Stack, function: PythonFunction
) -> None:
    found = properties(stack)

    assert found["Handler"] == "orders.place_order.handler"
    assert found["Architectures"] == ["arm64"]
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["Environment"]["Variables"] == {
        "POWERTOOLS_SERVICE_NAME": "orders",
        "TABLE": "orders",
    }


def test_it_logs_json_into_a_group_that_expires(stack: Stack, function: PythonFunction) -> None:
    logging = properties(stack)["LoggingConfig"]

    assert logging["LogFormat"] == "JSON"
    groups = Template.from_stack(stack).find_resources(
        "AWS::Logs::LogGroup", {"Properties": {"RetentionInDays": 90}}
    )
    assert [logging["LogGroup"]["Ref"]] == list(groups)


def test_it_gives_up_after_two_retries_or_an_hour(stack: Stack, function: PythonFunction) -> None:
    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 3600},
    )


def test_its_own_role_may_write_its_log_and_its_traces_and_nothing_else(
    stack: Stack, function: PythonFunction
) -> None:
    template = Template.from_stack(stack)

    (role,) = template.find_resources("AWS::IAM::Role").values()
    assert "ManagedPolicyArns" not in role["Properties"]
    (policy,) = template.find_resources("AWS::IAM::Policy").values()
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    assert sorted(action for statement in statements for action in statement["Action"]) == [
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "xray:PutTelemetryRecords",
        "xray:PutTraceSegments",
    ]


def test_what_failed_for_the_last_time_goes_where_it_is_told(
    stack: Stack, service: PythonService
) -> None:
    failures = FailureChain(stack, "Failures")

    PythonFunction(
        stack,
        "PlaceOrder",
        service=service,
        entry="place_order",
        on_failure=failures.destination(),
    )

    topic = stack.resolve(failures.topic.topic_arn)
    template = Template.from_stack(stack)
    template.has_resource_properties(
        "AWS::Lambda::EventInvokeConfig",
        {"DestinationConfig": {"OnFailure": {"Destination": topic}}},
    )
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": Match.array_with(
                    [Match.object_like({"Action": "sns:Publish", "Resource": topic})]
                )
            }
        },
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"entry": "cancel_order"}, "entry must be a module of orders, got 'cancel_order'"),
        (
            {"timeout": Duration.minutes(16)},
            "timeout must be between 1 second and 15 minutes, got 16 minutes",
        ),
        (
            {"timeout": Duration.seconds(0)},
            "timeout must be between 1 second and .*, got 0 seconds",
        ),
        ({"memory_size": 50}, "memory_size must be between 128 and 10,240 MiB, got 50"),
        ({"memory_size": 10_241}, "memory_size must be between 128 and 10,240 MiB, got 10,241"),
        (
            {"ephemeral_storage_size": Size.mebibytes(511)},
            "ephemeral_storage_size must be between 512 and 10,240 MiB, got 511",
        ),
        ({"ephemeral_storage_size": Size.gibibytes(11)}, "between 512 and 10,240 MiB, got 11,264"),
        (
            {"reserved_concurrent_executions": -1},
            "reserved_concurrent_executions must be at least 0, got -1",
        ),
        ({"retry_attempts": 3}, "retry_attempts must be between 0 and 2, got 3"),
        (
            {"max_event_age": Duration.seconds(59)},
            "max_event_age must be between 1 minute and 6 hours, got 59 seconds",
        ),
    ],
)
def test_it_refuses_what_lambda_would_refuse_and_says_where(
    stack: Stack, service: PythonService, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as error:
        PythonFunction(
            stack, "PlaceOrder", **{"service": service, "entry": "place_order", **arguments}
        )

    assert str(error.value).endswith("(at Test/PlaceOrder)")


def test_it_takes_numbers_that_are_known_only_at_deployment(
    stack: Stack, service: PythonService
) -> None:
    number = Token.as_number({"Ref": "Number"})

    PythonFunction(
        stack,
        "PlaceOrder",
        service=service,
        entry="place_order",
        timeout=Duration.seconds(number),
        memory_size=cast(int, number),
        reserved_concurrent_executions=cast(int, number),
        ephemeral_storage_size=Size.mebibytes(number),
    )

    found = properties(stack)
    assert found["MemorySize"] == found["Timeout"] == {"Ref": "Number"}


@pytest.mark.parametrize("entry", ["orders.place_order", "place-order", "parts/place_order", "."])
def test_an_entry_that_python_could_not_import_is_refused(
    stack: Stack, service: PythonService, entry: str
) -> None:
    (service.source / "orders" / "parts").mkdir()
    for file in ("place-order.py", "parts/place_order.py"):
        (service.source / "orders" / file).write_text("handler = print")

    with pytest.raises(ValueError, match=f"entry must be a module of orders, got '{entry}'"):
        PythonFunction(stack, "PlaceOrder", service=service, entry=entry)


@pytest.mark.parametrize(
    "text",
    [
        "def handle(event, context): ...",
        "print(handler)",
        "",
        "def make():\n    handler = print\n    return handler",
        "class Orders:\n    def handler(self): ...",
        "names = [handler for handler in ()]",
        "run = lambda: [handler := 1]",
        "del handler",
        "async def handler(event, context): ...",
    ],
)
def test_an_entry_that_lambda_could_not_call_is_refused(
    stack: Stack, service: PythonService, text: str
) -> None:
    (service.source / "orders" / "place_order.py").write_text(text)

    with pytest.raises(ValueError, match=r"with the name 'handler', .*place_order\.py without"):
        PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")


@pytest.mark.parametrize(
    "text",
    [
        "handler = print",
        "from shared.money import *",
        "import json as handler",
        "try:\n    from fast import handler\nexcept ImportError:\n    handler = print",
        "if (handler := print): ...",
        "@decorated\ndef handler(event, context): ...",
        "globals()['handler'] = print",
        "def __getattr__(name): ...",
        "def make():\n    global handler\n    handler = print\nmake()",
    ],
)
def test_an_entry_may_get_its_handler_in_any_way(
    stack: Stack, service: PythonService, text: str
) -> None:
    (service.source / "orders" / "place_order.py").write_text(text)

    PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")


def test_it_is_a_function_that_other_constructs_take(function: PythonFunction) -> None:
    assert isinstance(function, lambda_.Function)


def test_an_alarm_on_what_it_counts_looks_where_its_code_counts(
    stack: Stack, function: PythonFunction
) -> None:
    function.metric_counted("Broken").create_alarm(
        stack, "Alarm", threshold=1, evaluation_periods=1
    )

    (alarm,) = Template.from_stack(stack).find_resources("AWS::CloudWatch::Alarm").values()
    found = alarm["Properties"]
    assert (found["Namespace"], found["MetricName"]) == (metrics.NAMESPACE, "Broken")
    assert [one["Name"] for one in found["Dimensions"]] == [metrics.DIMENSION]
    assert found["Statistic"] == "Sum"


def test_a_function_may_reserve_its_concurrency_and_load_packages_of_its_own(
    stack: Stack, service: PythonService
) -> None:
    layer = lambda_.LayerVersion.from_layer_version_arn(
        stack, "Pdf", "arn:aws:lambda:eu-west-2:123456789012:layer:pdf:1"
    )

    PythonFunction(
        stack,
        "Ship",
        service=service,
        entry="place_order",
        layers=[layer],
        reserved_concurrent_executions=3,
    )

    Template.from_stack(stack).has_resource_properties(
        "AWS::Lambda::Function",
        {"ReservedConcurrentExecutions": 3, "Layers": [layer.layer_version_arn]},
    )
