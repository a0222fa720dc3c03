"""An app with every construct of the library, run by Pythons that have the wheel and no checkout.

`python every_block.py FOLDER` also imports what else the wheel offers for import.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

from aws_cdk import App, Duration, RemovalPolicy, Stack
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

import blockwork
import constructs_lib
from constructs_lib import blocks, primitives
from constructs_lib.blocks import PUBLIC, OidcProvider
from constructs_lib.defaults import Defaults

PROGRAMS = ("blockwork.local.emulator", "constructs_lib.runtime")
"""What is run elsewhere: in the emulator's environment, in functions."""


def import_everything() -> None:
    for package in (blockwork, constructs_lib):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(PROGRAMS) and not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def build(app: App, folder: Path) -> None:
    for name in ("orders", "site"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "orders" / "work.py").write_text("def handler(event, context): ...\n")
    (folder / "site" / "index.html").write_text("<!doctype html>")
    (folder / "orders" / "report.ts").write_text("export const handler = (): number => 1;\n")
    service = primitives.PythonService(name="orders", source=folder)
    stack = Stack(app, "Every")
    in_typescript = primitives.NodeService(name="orders", source=folder)
    primitives.NodeFunction(stack, "Report", service=in_typescript, entry="report")
    key = kms.Key(stack, "AtRest")
    Defaults.of(stack).set(removal_policy=RemovalPolicy.RETAIN, failure_key=key)
    failures = blocks.FailureChain(stack, "Failures", encryption_key=key)
    bus = blocks.EventBus(stack, "Bus")

    def function(id_: str) -> primitives.PythonFunction:
        return primitives.PythonFunction(stack, id_, service=service, entry="work")

    plain = lambda_.Function(
        stack,
        "Plain",
        runtime=lambda_.Runtime.NODEJS_24_X,
        handler="index.handler",
        code=lambda_.Code.from_inline("exports.handler = async () => {}"),
    )
    alarms = primitives.AlarmTopic(stack, "Alarms", emails=["orders@shop.example"])
    alarms.watch(failures.alarm)
    primitives.Bucket(stack, "Files", removal_policy=RemovalPolicy.DESTROY)
    primitives.SigningKey(stack, "Key", signs="pages").let_sign(function("Sign"))
    table = primitives.Table(
        stack,
        "Orders",
        partition_key="orderId",
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
    )
    queue = primitives.Queue(
        stack,
        "Queue",
        visibility_timeout=Duration.minutes(1),
        dead_letter_queue=failures.dead_letter_queue(),
    )
    blocks.QueueConsumer(stack, "Q", queue=queue, function=plain, failures=failures)
    stream = primitives.Stream(stack, "Stream")
    stream.let_put(plain, variable="STREAM")
    blocks.StreamConsumer(stack, "S2", source=stream, function=plain, failures=failures)
    blocks.StreamConsumer(stack, "S", source=table, function=function("OnS"), failures=failures)
    bus.subscribe(
        stack,
        "OnOrderPlaced",
        source="shop.orders",
        detail_types=["OrderPlaced"],
        function=function("OnEvent"),
        failures=failures,
    )
    blocks.IdempotencyTable(stack, "Once")
    at = scheduler.ScheduleExpression.rate(Duration.hours(1))
    blocks.ScheduledTask(stack, "T", function=function("OnTime"), failures=failures, at=at)
    machine = sfn.StateMachine(
        stack, "Fulfil", definition_body=sfn.DefinitionBody.from_chainable(sfn.Pass(stack, "Done"))
    )
    blocks.ScheduledTask(stack, "T2", state_machine=machine, failures=failures, at=at)
    webhook_keys = ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "WebhookKeys", parameter_name="/shop/webhook-keys"
    )
    blocks.WebhookKeys(stack, "Webhooks", parameter=webhook_keys).let_verify(function("Webhook"))
    callbacks = blocks.Callbacks(stack, "Callbacks")
    callbacks.let_wait(link := function("Link"))
    hour, day = Duration.hours(1), Duration.days(1)
    wait = blocks.CallbackTask(
        stack, "Wait", function=link, payload={}, timeout=day, heartbeat=hour
    )
    ship = blocks.FunctionTask(stack, "Ship", function=plain)
    workflow = blocks.Workflow(
        stack, "Workflow", definition=wait.next(ship), timeout=day, failures=failures
    )
    callbacks.let_resume(workflow.state_machine)
    blocks.EventBus.of(events.EventBus(stack, "Theirs")).subscribe(
        stack,
        "OnTheirs",
        source=["theirs.a", "theirs.b"],
        detail_types=["Happened"],
        detail={"country": ["GB"]},
        queue=queue,
        failures=failures,
    )
    bus.let_publish(plain, source="shop.plain")
    tokens = blocks.TokenAuthorizer(stack, "Tokens", issuer="https://id.example", audience="a")
    works = OidcProvider(
        name="Works", issuer="https://id.example", client_id="shop", secret_name="/shop/works"
    )
    hosted = blocks.HostedSignIn(
        domain_prefix="shop", return_urls=["https://shop.example/"], providers=[works]
    )
    passkeys = blocks.Passkeys(site="www.shop.example")
    pool = blocks.UserDirectory(stack, "Users", passkeys=passkeys, hosted=hosted).pool
    blocks.AppClient(stack, "App", pool=pool, passkey_sign_in=True)
    write = cognito.ResourceServerScope(scope_name="write", scope_description="place orders")
    server = pool.add_resource_server("Server", identifier="orders", scopes=[write])
    scopes = [cognito.OAuthScope.resource_server(server, write)]
    blocks.MachineClient(stack, "Partner", pool=pool, scopes=scopes)
    certificate = acm.Certificate(stack, "Certificate", domain_name="api.shop.example")
    domain = blocks.ApiDomain(stack, "Name", name="api.shop.example", certificate=certificate)
    api = blocks.BusinessApi(
        stack,
        "Api",
        allow_origins=["https://shop.example"],
        domain=domain.domain_name,
        base_path="orders",
    )
    api.route("GET /orders", function("List"), authorizer=PUBLIC)
    api.route("POST /orders", function("Place"), authorizer=tokens.authorizer())
    blocks.PushChannel(stack, "Push", failures=failures)
    uploads = blocks.UploadBucket(
        stack,
        "Uploads",
        origins=["https://shop.example"],
        largest=1024**3,
        content_types=["text/csv"],
        scan=blocks.GUARD_DUTY,
    )
    uploads.let_offer(function("Offer"))
    uploads.subscribe(stack, "OnUpload", function=plain, failures=failures)
    site = blocks.StaticSite(stack, "Site")
    blocks.SiteRelease(stack, "Release", site=site, content=folder / "site", config={})


def unused(app: App) -> list[str]:
    """Return the library's constructs that this app has none of."""
    offered = {
        each
        for module in (blocks, primitives)
        for each in map(vars(module).get, module.__all__)
        if isinstance(each, type) and issubclass(each, Construct)
    }
    used = {type(construct) for construct in app.node.find_all()}
    return sorted(each.__name__ for each in offered - used)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    import_everything()
    made = App(
        outdir=str(target / "assembly"),
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )
    build(made, target)
    if missing := unused(made):
        sys.exit(f"no Python is shown to have {', '.join(missing)}: use each in every_block.py")
    made.synth()
    print(f"synthesised by {constructs_lib.__file__}")
