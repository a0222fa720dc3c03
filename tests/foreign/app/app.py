"""An app as other teams have them: the CDK's custom resources, two regions, a nested stack."""

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from aws_cdk import custom_resources

ACCOUNT = "111111111111"
HELLO = "def handler(event, context): return 'hello'"


class Inner(cdk.NestedStack):
    """Has a queue."""

    def __init__(self, scope: cdk.Stack, id_: str) -> None:
        super().__init__(scope, id_)
        self.queue = sqs.Queue(self, "Queue")


app = cdk.App(analytics_reporting=False)


def announced(stack: cdk.Stack) -> None:
    """Add a queue of what has failed and a bus, as the library's blocks announce them."""
    queue = sqs.Queue(stack, "Failed")
    cdk.Tags.of(queue).add("blockwork:failure-chain", "hello")
    cdk.Tags.of(events.EventBus(stack, "Bus")).add("blockwork:event-bus", "letters")


away = cdk.Stack(
    app,
    "Away",
    env=cdk.Environment(account=ACCOUNT, region="us-east-1"),
    cross_region_references=True,
)
far = sqs.Queue(away, "Far")
there = cdk.Stack(
    app,
    "There",
    env=cdk.Environment(account=ACCOUNT, region="eu-central-1"),
    cross_region_references=True,
)
s3.Bucket(there, "Files", removal_policy=cdk.RemovalPolicy.DESTROY, auto_delete_objects=True)
lambda_.Function(
    there,
    "Hello",
    code=lambda_.Code.from_inline(HELLO),
    handler="index.handler",
    runtime=lambda_.Runtime.PYTHON_3_14,
    log_retention=logs.RetentionDays.ONE_WEEK,
)
put = custom_resources.AwsSdkCall(
    service="SSM",
    action="putParameter",
    parameters={"Name": "/there/far", "Value": far.queue_arn, "Type": "String"},
    physical_resource_id=custom_resources.PhysicalResourceId.of("far"),
)
allowed = iam.PolicyStatement(actions=["ssm:PutParameter"], resources=["*"])
custom_resources.AwsCustomResource(
    there,
    "Put",
    on_create=put,
    policy=custom_resources.AwsCustomResourcePolicy.from_statements([allowed]),
)
for stack in (away, there):
    announced(stack)
cdk.CfnOutput(there, "InnerQueue", value=Inner(there, "Inner").queue.queue_arn)
app.synth()
