"""A state machine that is watched, says nothing secret, and whose failures come back."""

from typing import cast

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct, IConstruct

from constructs_lib.acknowledge import (
    acknowledge_no_resources,
    acknowledge_versions,
    acknowledge_wildcard,
)
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.takers import UNFORESEEN, keep_failed_executions
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives.l2_options import refuse_time_outside
from constructs_lib.state_machines import check_definition, text_of
from constructs_lib.telling import tell

FIVE_MINUTES = Duration.minutes(5)
LONGEST = {sfn.StateMachineType.STANDARD: 365 * 24 * 3600, sfn.StateMachineType.EXPRESS: 300}
"""Seconds of an execution ("Service quotas for Step Functions")."""
SETS_UP_LOGS = (
    *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery"),
    *("logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy"),
    *("logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
    *("xray:GetSamplingRules", "xray:GetSamplingTargets"),
)
"""What Step Functions asks its role for, and AWS allows for every resource or not at all ("Using
CloudWatch Logs to log execution history", "Trace Step Functions request data in AWS X-Ray")."""


class Workflow(Construct):
    """A state machine in JSONata that loses no execution and tells nobody what it works with.

    Its logs hold every event of an execution and no data. X-Ray follows it. Executions that failed
    or ran out of time end in the failure chain; the command `failures` redrives them from where
    they failed. There is an alarm each on failed, timed out and throttled ones::

        pay = CallbackTask(self, "WaitForPayment", function=link, …)
        workflow = Workflow(
            self, "Fulfil", definition=pay.next(FunctionTask(self, "Ship", function=ship)),
            timeout=Duration.days(4), failures=failures,
        )
        workflow.let_start(place_order)

    Step Functions keeps what it works with for 90 days in each execution's history, for who may
    read it: let states pass ids, and functions look up whom they mean.

    :param definition: the states, each JSONata's: :class:`FunctionTask`, :class:`CallbackTask`,
        `Choice.jsonata` and the like.
    :param timeout: after which an execution fails; a year at most, 5 minutes for an express one.
    :param failures: where executions end that failed or ran out of time. An express one has none,
        since Step Functions tells nobody of its failures but the log and the metrics: let its
        starter wait for it (`StartSyncExecution`), and what that starter fails at end in a chain.
    :param kind: standard ones last up to a year, do each step once and are paid by the step;
        express ones last minutes, may do a step twice and are paid by time. Default: standard.
    :param log_retention: how long logs are kept. Default: that of :class:`Defaults`, else three
        months.
    :param log_removal_policy: what becomes of the logs when they leave their stack. Default: that
        of :class:`Defaults`, else they are retained.
    :raises ValueError: if the timeout is out of bounds, a standard workflow has no `failures` or an
        express one has, the definition has more than 1 MB, a state is JSONPath's or waits for a
        token without end or in an express workflow.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        definition: sfn.IChainable,
        timeout: Duration,
        failures: FailureChain | None = None,
        kind: sfn.StateMachineType = sfn.StateMachineType.STANDARD,
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        at = path_of(self)
        express = kind is sfn.StateMachineType.EXPRESS
        refuse_time_outside("timeout", timeout, 1, LONGEST[kind], at)
        _check_failures(failures, express=express, at=at)
        defaults = Defaults.of(self)
        self.logs = logs.LogGroup(
            self,
            "Logs",
            retention=defaults.log_retention(log_retention),
            removal_policy=defaults.removal_policy(log_removal_policy),
        )
        self.state_machine = sfn.StateMachine(
            self,
            "StateMachine",
            definition_body=sfn.DefinitionBody.from_chainable(definition),
            query_language=sfn.QueryLanguage.JSONATA,
            state_machine_type=kind,
            timeout=timeout,
            tracing_enabled=defaults.find("tracing") is not lambda_.Tracing.DISABLED,
            logs=sfn.LogOptions(
                destination=cast(logs.ILogGroup, self.logs),
                level=sfn.LogLevel.ALL,
                include_execution_data=False,
            ),
        )
        made = cast(sfn.CfnStateMachine, self.state_machine.node.default_child)
        text = text_of(Stack.of(self).resolve(made.definition_string))
        check_definition(text, express=express, at=at)
        role = self.state_machine.role
        acknowledge_no_resources(
            role, *SETS_UP_LOGS, why="delivery of logs and traces know no resources"
        )
        acknowledge_versions(role, why="versions of the functions that are its steps")
        if failures is not None:
            keep_failed_executions(
                self.state_machine, failures, known_as=id_, unsuccessful=UNFORESEEN, at=at
            )
        ending = f": look into {failures.node.path}" if failures else ": the log says which"
        self.alarms = [
            metric.create_alarm(
                self,
                name,
                alarm_description=f"Executions of {at} {what}",
                threshold=1,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            for name, what, metric in (
                ("FailedAlarm", f"failed{ending}", self.metric_failed()),
                ("TimedOutAlarm", f"ran out of time{ending}", self.metric_timed_out()),
                ("ThrottledAlarm", "had to wait: too many at once", self.metric_throttled()),
            )
        ]
        defaults.watch(*self.alarms)

    def let_start(self, function: AnyFunction, /, *, variable: str = "WORKFLOW_ARN") -> iam.Grant:
        """Tell a function the state machine's ARN, and allow it to start executions.

        A name of yours, such as an order's id, makes one start of many: Step Functions starts none
        twice by one name within 90 days.

        :param variable: what the function finds the ARN in. Default: WORKFLOW_ARN.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, variable, self.state_machine.state_machine_arn, at=path_of(self))
        return self.grant_start(function)

    def grant_start(self, grantee: iam.IGrantable, /) -> iam.Grant:
        """Allow to start executions; express ones also to wait for their result."""
        if self.state_machine.state_machine_type is sfn.StateMachineType.EXPRESS:
            self.state_machine.grant_start_sync_execution(grantee)
        return self.state_machine.grant_start_execution(grantee)

    def grant_stop(self, grantee: iam.IGrantable, /) -> iam.Grant:
        """Allow to stop executions, which end nowhere then: who stops one means it."""
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.state_machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        acknowledge_wildcard(
            cast(IConstruct, getattr(grantee, "role", grantee)),
            executions,
            why="executions of this one workflow",
        )
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=["states:StopExecution"], resource_arns=[executions]
        )

    def metric_failed(self) -> cloudwatch.Metric:
        """Count executions that failed, in five minutes."""
        return self.state_machine.metric_failed(period=FIVE_MINUTES)

    def metric_timed_out(self) -> cloudwatch.Metric:
        """Count executions that ran out of time, in five minutes."""
        return self.state_machine.metric_timed_out(period=FIVE_MINUTES)

    def metric_throttled(self) -> cloudwatch.Metric:
        """Count steps that had to wait, since there were too many at once."""
        return self.state_machine.metric_throttled(period=FIVE_MINUTES)


def _check_failures(failures: FailureChain | None, *, express: bool, at: str) -> None:
    if express and failures is not None:
        raise ValueError(
            "failures must be left out for an express workflow, of whose failures Step Functions "
            f"tells nobody, got {failures.node.path}: let a function start it and wait "
            "(StartSyncExecution), and give that function's failures to the chain; or make it a "
            f"standard one (at {at})"
        )
    if not express and failures is None:
        raise ValueError(
            "failures must be the service's FailureChain, got None: executions that fail would "
            f"be lost without a trace after 90 days (at {at})"
        )
