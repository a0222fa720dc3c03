"""A state machine that is watched, says nothing secret, and whose failures come back."""

import json
from typing import Any

import pytest
from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk.assertions import Match, Template

from constructs_lib.blocks import CallbackTask, FailureChain, FunctionTask, ScheduledTask, Workflow
from constructs_lib.defaults import Defaults
from constructs_lib.state_machines import text_of

DAY = Duration.days(1)
EXPRESS = sfn.StateMachineType.EXPRESS
MACHINE = "AWS::StepFunctions::StateMachine"


def done(stack: Stack) -> sfn.Pass:
    return sfn.Pass.jsonata(stack, "Done")


def workflow(stack: Stack, failures: FailureChain, definition: sfn.IChainable) -> Workflow:
    return Workflow(stack, "Fulfil", definition=definition, timeout=DAY, failures=failures)


def definition_of(stack: Stack) -> dict[str, Any]:
    (machine,) = Template.from_stack(stack).find_resources(MACHINE).values()
    found: dict[str, Any] = json.loads(text_of(machine["Properties"]["DefinitionString"]))
    return found


def test_it_is_jsonata_with_an_end(stack: Stack, failures: FailureChain) -> None:
    workflow(stack, failures, done(stack))

    definition = definition_of(stack)

    assert (definition["QueryLanguage"], definition["TimeoutSeconds"]) == ("JSONata", 86_400)


def test_its_log_holds_every_event_and_no_data(stack: Stack, failures: FailureChain) -> None:
    made = workflow(stack, failures, done(stack))

    Template.from_stack(stack).has_resource_properties(
        MACHINE,
        {
            "LoggingConfiguration": {
                "Level": "ALL",
                "IncludeExecutionData": False,
                "Destinations": [
                    {
                        "CloudWatchLogsLogGroup": {
                            "LogGroupArn": stack.resolve(made.logs.log_group_arn)
                        }
                    }
                ],
            },
            "TracingConfiguration": {"Enabled": True},
        },
    )


def test_logs_and_traces_are_as_said_for_all(stack: Stack, failures: FailureChain) -> None:
    Defaults.of(stack).set(removal_policy=RemovalPolicy.DESTROY, tracing=lambda_.Tracing.DISABLED)
    workflow(stack, failures, done(stack))

    template = Template.from_stack(stack)
    template.has_resource("AWS::Logs::LogGroup", {"DeletionPolicy": "Delete"})
    template.has_resource_properties(MACHINE, {"TracingConfiguration": {"Enabled": False}})


def test_executions_that_failed_or_ran_out_of_time_end_in_the_chain(
    stack: Stack, failures: FailureChain
) -> None:
    made = workflow(stack, failures, done(stack))

    Template.from_stack(stack).has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "stateMachineArn": [stack.resolve(made.state_machine.state_machine_arn)],
                    "status": ["FAILED", "TIMED_OUT"],
                },
            },
            "Targets": [Match.object_like({"Arn": stack.resolve(failures.queue.queue_arn)})],
        },
    )


def test_there_is_an_alarm_for_each_way_to_go_wrong(stack: Stack, failures: FailureChain) -> None:
    made = workflow(stack, failures, done(stack))

    template = Template.from_stack(stack)
    for metric in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionThrottled"):
        template.has_resource_properties(
            "AWS::CloudWatch::Alarm",
            {
                "Namespace": "AWS/States",
                "MetricName": metric,
                "Threshold": 1,
                "Statistic": "Sum",
                "Dimensions": [
                    {
                        "Name": "StateMachineArn",
                        "Value": stack.resolve(made.state_machine.state_machine_arn),
                    }
                ],
            },
        )
    assert len(made.alarms) == 3


def test_people_are_told_of_its_alarms(stack: Stack, failures: FailureChain) -> None:
    class Told:
        def __init__(self) -> None:
            self.of: list[str] = []

        def watch(self, *alarms: Any) -> None:
            self.of += [alarm.node.id for alarm in alarms]

    told = Told()
    Defaults.of(stack).set(alarm_topic=told)
    workflow(stack, failures, done(stack))

    assert told.of == ["FailedAlarm", "TimedOutAlarm", "ThrottledAlarm"]


def test_its_role_may_what_its_tasks_need(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    made = workflow(stack, failures, FunctionTask(stack, "Ship", function=plain))

    role = stack.resolve(made.state_machine.role.role_name)
    (policy,) = (
        Template.from_stack(stack)
        .find_resources("AWS::IAM::Policy", {"Properties": {"Roles": [role]}})
        .values()
    )
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    by_resource = {json.dumps(one["Resource"]): one["Action"] for one in statements}
    everywhere = [one["Action"] for one in statements if one["Resource"] == "*"]
    (own,) = (actions for key, actions in by_resource.items() if json.loads(key) != "*")
    assert own == "lambda:InvokeFunction"
    assert all(action.startswith(("logs:", "xray:")) for each in everywhere for action in each)


def test_a_function_task_is_tried_again_for_reasons_of_lambdas_own_only(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    workflow(stack, failures, FunctionTask(stack, "Ship", function=plain))

    state = definition_of(stack)["States"]["Ship"]

    (retry,) = state["Retry"]
    assert all(error.startswith("Lambda.") for error in retry["ErrorEquals"])
    assert "Lambda.TooManyRequestsException" in retry["ErrorEquals"]
    assert "Lambda.Unknown" not in retry["ErrorEquals"]
    assert state["Arguments"]["Payload"] == "{% $states.input %}"
    assert state["Output"] == "{% $states.result.Payload %}"


def test_a_callback_task_hands_its_token_over_and_waits_no_longer_than_told(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    wait = CallbackTask(
        stack,
        "Wait",
        function=plain,
        payload={"key": "{% $states.input.orderId %}"},
        timeout=DAY,
        heartbeat=Duration.hours(1),
        assign={"received": "{% $states.result.id %}"},
    )
    workflow(stack, failures, wait)

    state = definition_of(stack)["States"]["Wait"]

    assert state["Resource"].endswith(":states:::lambda:invoke.waitForTaskToken")
    assert (state["TimeoutSeconds"], state["HeartbeatSeconds"]) == (86_400, 3_600)
    assert state["Arguments"]["Payload"] == {
        "key": "{% $states.input.orderId %}",
        "token": "{% $states.context.Task.Token %}",
    }
    assert state["Assign"] == {"received": "{% $states.result.id %}"}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"heartbeat": DAY}, r"heartbeat must be shorter than timeout, 1 day, got 1 day.*None"),
        ({"timeout": Duration.seconds(0)}, r"timeout must be between 1 second"),
        ({"payload": {"token": "mine"}}, r"payload must not say token.*got 'mine'"),
    ],
)
def test_a_wait_that_makes_no_sense_is_refused(
    stack: Stack, plain: lambda_.Function, wrong: dict[str, Any], says: str
) -> None:
    right: dict[str, Any] = {"payload": {}, "timeout": DAY, "heartbeat": None}

    with pytest.raises(ValueError, match=rf"{says}.*\(at Test/Wait\)"):
        CallbackTask(stack, "Wait", function=plain, **{**right, **wrong})


def test_who_starts_it_is_told_and_may_start_it_alone(
    stack: Stack, failures: FailureChain, plain: lambda_.Function
) -> None:
    made = workflow(stack, failures, done(stack))
    made.let_start(plain)

    template = Template.from_stack(stack)
    arn = stack.resolve(made.state_machine.state_machine_arn)
    template.has_resource_properties(
        "AWS::Lambda::Function", {"Environment": {"Variables": {"WORKFLOW_ARN": arn}}}
    )
    template.has_resource_properties(
        "AWS::IAM::Policy",
        {
            "PolicyDocument": {
                "Statement": [
                    {"Action": "states:StartExecution", "Effect": "Allow", "Resource": arn}
                ]
            }
        },
    )


def test_who_stops_executions_stops_its_own_alone(stack: Stack, failures: FailureChain) -> None:
    role = iam.Role(stack, "Office", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    made = workflow(stack, failures, done(stack))

    made.grant_stop(role).assert_success()

    name = stack.resolve(made.state_machine.state_machine_name)
    (policy,) = (
        Template.from_stack(stack)
        .find_resources(
            "AWS::IAM::Policy", {"Properties": {"Roles": [stack.resolve(role.role_name)]}}
        )
        .values()
    )
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Action"] == "states:StopExecution"
    assert statement["Resource"]["Fn::Join"][1][-2:] == [name, ":*"]


def test_an_express_one_has_its_end_and_its_starter_waits(
    stack: Stack, plain: lambda_.Function
) -> None:
    made = Workflow(
        stack, "Quick", definition=done(stack), timeout=Duration.minutes(5), kind=EXPRESS
    )
    made.let_start(plain, variable="QUICK")

    template = Template.from_stack(stack)
    template.has_resource_properties(MACHINE, {"StateMachineType": "EXPRESS"})
    template.resource_count_is("AWS::Events::Rule", 0)
    assert "states:StartSyncExecution" in json.dumps(template.find_resources("AWS::IAM::Policy"))


def test_a_schedule_starts_it_into_the_same_chain(stack: Stack, failures: FailureChain) -> None:
    made = workflow(stack, failures, done(stack))
    rate = scheduler.ScheduleExpression.rate(Duration.hours(1))

    ScheduledTask(stack, "Hourly", state_machine=made.state_machine, failures=failures, at=rate)

    Template.from_stack(stack).resource_count_is("AWS::Events::Rule", 1)
    with pytest.raises(ValueError, match="must end in one failure chain"):
        ScheduledTask(
            stack,
            "Elsewhere",
            state_machine=made.state_machine,
            failures=FailureChain(stack, "Other"),
            at=rate,
        )
