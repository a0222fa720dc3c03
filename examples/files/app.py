"""Files of a publisher: each is inspected and imported, and scans are read where images run."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_events as events
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

from constructs_lib.blocks import EventConsumer, FailureChain, QueueConsumer, Workflow
from constructs_lib.primitives import AlarmTopic, Bucket, NodeFunction, NodeService, Queue, Table

HERE = Path(__file__).parent
A_MINUTE = cdk.Duration.minutes(1)
KEPT = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

app = cdk.App()
stack = cdk.Stack(app, "Files")
failures = FailureChain(stack, "Failures")
bucket = Bucket(stack, "Bucket", notifies_event_bus=True)
default = events.EventBus.from_event_bus_name(stack, "Default", "default")


def uploaded(**key: str) -> events.EventPattern:
    """Return the pattern of what S3 tells of new files of the bucket."""
    return events.EventPattern(
        source=["aws.s3"],
        detail_type=["Object Created"],
        detail={
            "bucket": {"name": [bucket.bucket_name]},
            **({"object": {"key": [key]}} if key else {}),
        },
    )


# Every file is inspected: from the bucket over a queue to a function in Node.
uploads = Queue(
    stack,
    "Uploads",
    visibility_timeout=A_MINUTE,
    dead_letter_queue=failures.dead_letter_queue(),
    removal_policy=KEPT,
)
told = notifications.SqsDestination(uploads)
bucket.add_event_notification(s3.EventType.OBJECT_CREATED, told)  # pyright: ignore[reportArgumentType]
inspect = NodeFunction(
    stack,
    "Inspect",
    service=NodeService(name="inspect", source=HERE),
    entry="index",
    log_group=logs.LogGroup(
        stack, "InspectLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=KEPT
    ),
)
QueueConsumer(stack, "Inspecting", queue=uploads, function=inspect, failures=failures)

# Every file is imported: from the bucket over the account's bus to a workflow.
files = Table(stack, "FileTable", partition_key="id")
keep = tasks.DynamoUpdateItem.jsonata(
    stack,
    "Keep",
    table=files,
    key={"id": tasks.DynamoAttributeValue.from_string("{% $states.input.detail.object.key %}")},
    update_expression="ADD imports :one",
    expression_attribute_values={":one": tasks.DynamoAttributeValue.from_number(1)},
)
has_content = sfn.Condition.jsonata("{% $states.input.detail.object.size > 0 %}")
steps = sfn.Choice.jsonata(stack, "HasContent").when(has_content, keep)
empty = sfn.Fail.jsonata(stack, "Empty", error="Empty", cause="the file has no content")
workflow = Workflow(
    stack, "Import", definition=steps.otherwise(empty), timeout=A_MINUTE, failures=failures
)
EventConsumer(
    stack,
    "OnUpload",
    bus=default,
    pattern=uploaded(),
    state_machine=workflow.state_machine,
    failures=failures,
)

# Scans are read as well: by a container image that somebody else builds.
if app.node.try_get_context("images") != "none":
    images = ecr.Repository.from_repository_name(stack, "Images", "publisher/read-scan")
    read = lambda_.DockerImageFunction(
        stack,
        "ReadScan",
        code=lambda_.DockerImageCode.from_ecr(images, tag_or_digest="1.4.2"),
        memory_size=2048,
        timeout=A_MINUTE,
        log_group=logs.LogGroup(
            stack, "ReadScanLogs", retention=logs.RetentionDays.ONE_MONTH, removal_policy=KEPT
        ),
    )
    bucket.grant_objects(read, "s3:GetObject", keys="*.tiff")
    EventConsumer(
        stack,
        "OnScan",
        bus=default,
        pattern=uploaded(suffix=".tiff"),
        function=read,
        failures=failures,
    )

alarms = AlarmTopic(stack, "Alarms", emails=["files@publisher.example"])
alarms.watch(failures.alarm, failures.age_alarm, *workflow.alarms)
cdk.CfnOutput(stack, "BucketName", value=bucket.bucket_name)
cdk.CfnOutput(stack, "UploadsName", value=uploads.queue_name)
cdk.CfnOutput(stack, "FailedEvents", value=failures.queue.queue_url)
cdk.CfnOutput(stack, "FileTableName", value=files.table_name)
cdk.CfnOutput(stack, "InspectLogName", value=inspect.log_group.log_group_name)
app.synth()
