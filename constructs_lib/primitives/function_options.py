"""What functions of services take of the L2's options, beside those they document themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import Duration, Size
    from aws_cdk import aws_codeguruprofiler as codeguruprofiler
    from aws_cdk import aws_ec2 as ec2
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_lambda as lambda_
    from aws_cdk import aws_logs as logs
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs


class FunctionOptions(TypedDict, total=False):
    """Options of `aws_lambda.Function`; each means what it means there."""

    adot_instrumentation: lambda_.AdotInstrumentationConfig
    allow_all_ipv6_outbound: bool
    allow_all_outbound: bool
    allow_public_subnet: bool
    application_log_level_v2: lambda_.ApplicationLogLevel
    code_signing_config: lambda_.ICodeSigningConfig
    current_version_options: lambda_.VersionOptions
    dead_letter_queue: sqs.IQueue
    dead_letter_queue_enabled: bool
    dead_letter_topic: sns.ITopic
    description: str
    durable_config: lambda_.DurableConfig
    environment_encryption: kms.IKey
    ephemeral_storage_size: Size
    events: Sequence[lambda_.IEventSource]
    filesystem: lambda_.FileSystem
    function_name: str
    initial_policy: Sequence[iam.PolicyStatement]
    insights_version: lambda_.LambdaInsightsVersion
    ipv6_allowed_for_dual_stack: bool
    log_group: logs.ILogGroup
    max_event_age: Duration
    on_success: lambda_.IDestination
    params_and_secrets: lambda_.ParamsAndSecretsLayerVersion
    profiling: bool
    profiling_group: codeguruprofiler.IProfilingGroup
    recursive_loop: lambda_.RecursiveLoop
    role: iam.IRole
    runtime_management_mode: lambda_.RuntimeManagementMode
    security_groups: Sequence[ec2.ISecurityGroup]
    snap_start: lambda_.SnapStartConf
    system_log_level_v2: lambda_.SystemLogLevel
    tenancy_config: lambda_.TenancyConfig
    vpc: ec2.IVpc
    vpc_subnets: ec2.SubnetSelection


_BY_CODE = "`service` and `entry` say what runs"
_BY_TARGET = "`PythonService(target=BuildTarget(…))` says what the code is built for"
_BY_GROUP = "give the service `log_retention` and `log_removal_policy`, or the function `log_group`"
_BY_FORMAT = "logs are JSON, by which they are found"
REFUSED = {
    "architecture": _BY_TARGET,
    "code": _BY_CODE,
    "handler": _BY_CODE,
    "runtime": _BY_TARGET,
    "log_format": _BY_FORMAT,
    "logging_format": _BY_FORMAT,
    "log_retention": _BY_GROUP,
    "log_removal_policy": _BY_GROUP,
    "log_retention_retry_options": _BY_GROUP,
    "log_retention_role": _BY_GROUP,
    "application_log_level": "the CDK has given it up for `application_log_level_v2`",
    "system_log_level": "the CDK has given it up for `system_log_level_v2`",
}
"""What would contradict what a function promises, each with the reason."""
_BY_BUNDLE = "a bundle is for Node.js 24, and all of it runs on arm64"
NOT_FOR_NODE = {**REFUSED, "architecture": _BY_BUNDLE, "runtime": _BY_BUNDLE}
"""The same for Node.js."""
