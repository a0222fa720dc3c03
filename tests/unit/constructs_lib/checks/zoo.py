"""An app with a delivery of every kind, permitted as the CDK's own constructs permit it."""

from typing import cast

from aws_cdk import App, CfnResource, Duration, Environment, Stack
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as lambda_destinations
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_logs_destinations as logs_destinations
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as s3_notifications
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as scheduler_targets
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

ENVIRONMENT = Environment(account="111111111111", region="eu-west-2")


def app() -> App:
    """Return an app with weak references between its stacks, and nothing that is checked twice."""
    return App(
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
        context={"@aws-cdk/core:defaultCrossStackReferences": "weak"},
    )


def function(scope: Construct, id_: str) -> lambda_.Function:
    """Return a function with a role and a log group of its own."""
    role = iam.Role(scope, f"{id_}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    group = logs.LogGroup(scope, f"{id_}Logs")
    group.grant_write(role)
    return lambda_.Function(
        scope,
        id_,
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
        role=role,
        log_group=group,
    )


class Targets(Stack):
    """What others deliver to, from another stack."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Targets", env=ENVIRONMENT)
        self.key = kms.Key(self, "Key")
        account = {"StringEquals": {"aws:SourceAccount": self.account}}
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions=account,
            )
        )
        self.topic = sns.Topic(self, "Topic", master_key=self.key, enforce_ssl=True)
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions=account,
            )
        )


class Senders(Stack):
    """Who delivers."""

    def __init__(self, scope: Construct, targets_: Targets) -> None:
        super().__init__(scope, "Senders", env=ENVIRONMENT)
        self.dead = sqs.Queue(self, "Dead", enforce_ssl=True)
        self._alarms(targets_)
        self._events()
        self._functions()
        self._notifications()
        self._others()

    def _alarms(self, targets_: Targets) -> None:
        alarm = self.dead.metric_approximate_number_of_messages_visible().create_alarm(
            self, "Alarm", threshold=1, evaluation_periods=1
        )
        alarm.add_alarm_action(actions.SnsAction(targets_.topic))
        alarm.add_ok_action(actions.LambdaAction(function(self, "OnAlarm")))
        cloudwatch.CompositeAlarm(
            self, "Both", alarm_rule=cloudwatch.AlarmRule.from_boolean(True)
        ).add_alarm_action(actions.SnsAction(targets_.topic))

    def _events(self) -> None:
        bus = events.EventBus(self, "Bus", event_bus_name="zoo")
        rule = events.Rule(
            self, "Rule", event_bus=bus, event_pattern=events.EventPattern(source=["zoo"])
        )
        work = sqs.Queue(self, "Work", encryption=sqs.QueueEncryption.KMS)
        rule.add_target(targets.SqsQueue(work, dead_letter_queue=self.dead))
        rule.add_target(
            targets.SnsTopic(sns.Topic(self, "OnEvent", master_key=work.encryption_master_key))
        )
        rule.add_target(targets.LambdaFunction(function(self, "React")))
        rule.add_target(targets.EventBus(events.EventBus(self, "Other", event_bus_name="other")))
        machine = stepfunctions.StateMachine(
            self,
            "Machine",
            definition_body=stepfunctions.DefinitionBody.from_chainable(
                stepfunctions.Pass(self, "Pass")
            ),
        )
        more = events.Rule(self, "More", event_pattern=events.EventPattern(source=["zoo"]))
        more.add_target(targets.SfnStateMachine(machine))
        more.add_target(targets.KinesisStream(kinesis.Stream(self, "Stream")))
        group = logs.LogGroup(self, "Group")
        group.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[group.log_group_arn],
            )
        )
        cast(events.CfnRule, more.node.default_child).add_property_override(
            "Targets.2", {"Id": "Log", "Arn": self.resolve(group.log_group_arn)}
        )
        scheduler.Schedule(
            self,
            "Nightly",
            schedule=scheduler.ScheduleExpression.rate(Duration.days(1)),
            target=scheduler_targets.LambdaInvoke(
                function(self, "Night"), dead_letter_queue=self.dead
            ),
        )

    def _functions(self) -> None:
        failed = sns.Topic(self, "Failed", master_key=kms.Key(self, "FailedKey"))
        consume = function(self, "Consume")
        consume.configure_async_invoke(on_failure=lambda_destinations.SnsDestination(failed))
        table = dynamodb.TableV2(
            self,
            "Table",
            partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
            dynamo_stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        for source in (
            event_sources.SqsEventSource(
                sqs.Queue(self, "Encrypted", encryption=sqs.QueueEncryption.KMS)
            ),
            event_sources.DynamoEventSource(
                table,
                starting_position=lambda_.StartingPosition.LATEST,
                on_failure=event_sources.SqsDlq(self.dead),
            ),
        ):
            consume.add_event_source(source)
        lambda_.Function(
            self,
            "Buried",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context): ..."),
            dead_letter_queue=self.dead,
        )
        cognito.UserPool(self, "Pool").add_trigger(
            cognito.UserPoolOperation.PRE_SIGN_UP, function(self, "PreSignUp")
        )
        logs.SubscriptionFilter(
            self,
            "Filter",
            log_group=logs.LogGroup(self, "Filtered"),
            destination=logs_destinations.LambdaDestination(function(self, "OnLine")),
            filter_pattern=logs.FilterPattern.all_events(),
        )

    def _notifications(self) -> None:
        bucket = s3.Bucket(self, "Bucket")
        arrived = sqs.Queue(self, "Arrived", encryption=sqs.QueueEncryption.KMS)
        created = s3.EventType.OBJECT_CREATED
        bucket.add_event_notification(created, s3_notifications.SqsDestination(arrived))
        bucket.add_event_notification(
            s3.EventType.OBJECT_REMOVED,
            s3_notifications.LambdaDestination(function(self, "OnObject")),
        )
        bucket.add_event_notification(
            s3.EventType.OBJECT_TAGGING, s3_notifications.SnsDestination(sns.Topic(self, "Tagged"))
        )
        topic = sns.Topic(self, "News")
        topic.add_subscription(
            subscriptions.SqsSubscription(
                sqs.Queue(self, "Inbox", encryption=sqs.QueueEncryption.KMS),
                dead_letter_queue=self.dead,
            )
        )
        topic.add_subscription(subscriptions.LambdaSubscription(function(self, "OnNews")))

    def _others(self) -> None:
        site = s3.Bucket(self, "Site", encryption=s3.BucketEncryption.KMS)
        cloudfront.Distribution(
            self,
            "Distribution",
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(site)
            ),
        )
        bounces = sns.Topic(self, "Bounces")
        bounces.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("ses.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[bounces.topic_arn],
            )
        )
        ses.ConfigurationSet(self, "Mails").add_event_destination(
            "Bounced", destination=ses.EventDestination.sns_topic(bounces)
        )
        pipe = iam.Role(self, "PipeRole", assumed_by=iam.ServicePrincipal("pipes.amazonaws.com"))
        source = sqs.Queue(self, "PipeSource")
        source.grant_consume_messages(pipe)
        sink = sqs.Queue(self, "PipeSink", encryption=sqs.QueueEncryption.KMS)
        sink.grant_send_messages(pipe)
        CfnResource(
            self,
            "Pipe",
            type="AWS::Pipes::Pipe",
            properties={
                "RoleArn": pipe.role_arn,
                "Source": source.queue_arn,
                "Target": sink.queue_arn,
            },
        )
