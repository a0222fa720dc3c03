"""The website of a museum, in two languages, and its newsletter."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_ssm as ssm

from constructs_lib.blocks import (
    PUBLIC,
    BusinessApi,
    FailureChain,
    QueueConsumer,
    SiteDomain,
    SitePages,
    SiteRelease,
    StaticSite,
)
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService, Queue, Table

HERE = Path(__file__).parent
NAME = "www.museum.example"

app = cdk.App()
stack = cdk.Stack(app, "Museum")

# What is there already; its owner tells of it.
told = ssm.StringParameter.value_for_string_parameter
zone = route53.HostedZone.from_hosted_zone_attributes(
    stack, "Zone", zone_name="museum.example", hosted_zone_id=told(stack, "/museum/zone")
)
certificate = acm.Certificate.from_certificate_arn(
    stack, "Certificate", told(stack, "/museum/certificate")
)

# The newsletter: a route puts who subscribes into a queue, from which a consumer takes it.
failures = FailureChain(stack, "Failures")
service = PythonService(
    name="newsletter", source=HERE / "src", requirements=HERE / "src" / "requirements.txt"
)
subscribers = Table(stack, "Subscribers", partition_key="id")
waiting = Queue(
    stack,
    "Waiting",
    visibility_timeout=cdk.Duration.minutes(1),
    dead_letter_queue=failures.dead_letter_queue(),
    removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
)
subscribe = PythonFunction(stack, "Subscribe", service=service, entry="subscribe")
waiting.let_send(subscribe, variable="WAITING")
welcome = PythonFunction(stack, "Welcome", service=service, entry="welcome")
subscribers.let_use(welcome, "dynamodb:UpdateItem", variable="SUBSCRIBERS", attributes=["welcomes"])
QueueConsumer(
    stack,
    "Welcoming",
    queue=waiting,
    function=welcome,
    failures=failures,
    parks_after=cdk.Duration.minutes(3),
)
api = BusinessApi(stack, "Api", allow_origins=[f"https://{NAME}"])
api.route("POST /subscriptions", subscribe, authorizer=PUBLIC)

# The website.
site = StaticSite(
    stack,
    "Site",
    connect_sources=[api.url],
    pages=SitePages(style="folders", languages=["en", "de"], not_found="/404.html"),
    domain=SiteDomain(name=NAME, zone=zone, certificate=certificate),
)
SiteRelease(stack, "Release", site=site, content=HERE / "pages", config={"newsletter": api.url})

alarms = AlarmTopic(stack, "Alarms", emails=["web@museum.example"])
alarms.watch(failures.alarm, failures.age_alarm, api.alarm)
cdk.CfnOutput(stack, "SiteUrl", value=site.url)
cdk.CfnOutput(stack, "ApiUrl", value=api.url)
cdk.CfnOutput(stack, "FailedEvents", value=failures.queue.queue_url)
cdk.CfnOutput(stack, "SubscriberTableName", value=subscribers.table_name)
app.synth()
