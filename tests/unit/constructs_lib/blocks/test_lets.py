"""Whatever a function is let do, it is also told of: one call, for every block."""

from collections.abc import Callable
from typing import Any

import pytest
from aws_cdk import Duration, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ses as ses
from aws_cdk import aws_ssm as ssm
from aws_cdk.assertions import Template
from aws_cdk.aws_stepfunctions import StateMachine

from constructs_lib.blocks import (
    Callbacks,
    EventBus,
    FailureChain,
    IdempotencyTable,
    PushChannel,
    UploadBucket,
    UserDirectory,
    WebhookKeys,
)
from constructs_lib.grants import let_invoke, let_read_parameter, let_send_mail
from constructs_lib.primitives import (
    Bucket,
    PythonFunction,
    PythonService,
    Queue,
    SigningKey,
    Table,
)

Let = Callable[[Stack, lambda_.IFunction], tuple[str, str, str]]
"""Lets a function do something, and returns the variable, its value and the action."""


def publish(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    bus = EventBus(stack, "Bus")
    bus.let_publish(function, source="shop.orders")
    return "EVENT_BUS_NAME", bus.bus.event_bus_name, "events:PutEvents"


def park(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    failures = FailureChain(stack, "Chain")
    failures.let_park(function, patience=Duration.minutes(5))
    return "FAILURE_TOPIC_ARN", failures.topic.topic_arn, "sns:Publish"


def issue_tickets(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    push = PushChannel(stack, "Push", failures=FailureChain(stack, "Chain"))
    push.let_issue_tickets(function)
    return "TICKETS_TABLE", push.tickets.table_name, "dynamodb:PutItem"


def manage_users(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    users = UserDirectory(stack, "Users")
    users.let_manage(function, "cognito-idp:ListUsers")
    return "USER_POOL_ID", users.pool.user_pool_id, "cognito-idp:ListUsers"


def wait_for_callbacks(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    callbacks = Callbacks(stack, "Callbacks")
    callbacks.let_resume(StateMachine.from_state_machine_name(stack, "Pay", "pay"))
    callbacks.let_wait(function)
    callbacks.let_arrive(function)
    return "CALLBACKS_TABLE", callbacks.table.table_name, "states:SendTaskSuccess"


def verify_webhooks(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    keys = ssm.StringParameter.from_secure_string_parameter_attributes(
        stack, "Keys", parameter_name="/shop/webhook-keys"
    )
    WebhookKeys(stack, "Webhooks", parameter=keys).let_verify(function)
    return "WEBHOOK_KEYS_PARAMETER", "/shop/webhook-keys", "ssm:GetParameter"


def offer_uploads(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    uploads = uploads_of(stack)
    uploads.let_offer(function)
    return "UPLOADS_BUCKET", uploads.bucket.bucket_name, "s3:PutObject"


def read_uploads(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    uploads = uploads_of(stack)
    uploads.let_read(function)
    return "UPLOADS_BUCKET", uploads.bucket.bucket_name, "s3:GetObject"


def uploads_of(stack: Stack) -> UploadBucket:
    return UploadBucket(
        stack,
        "Uploads",
        origins=["https://shop.example"],
        largest=1000,
        content_types=["text/csv"],
    )


def use_table(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    table = Table(stack, "Orders", partition_key="orderId")
    table.let_use(function, "dynamodb:GetItem", variable="ORDERS", attributes=["total"])
    return "ORDERS", table.table_name, "dynamodb:GetItem"


def query_index(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    index = dynamodb.GlobalSecondaryIndexPropsV2(
        index_name="Waiting",
        partition_key=dynamodb.Attribute(name="waitsFor", type=dynamodb.AttributeType.STRING),
    )
    table = Table(stack, "Orders", partition_key="orderId", global_secondary_indexes=[index])
    table.let_query(function, "Waiting", variable="ORDERS")
    return "ORDERS", table.table_name, "dynamodb:Query"


def ask(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    asked = lambda_.Function(
        stack,
        "Asked",
        runtime=lambda_.Runtime.PYTHON_3_13,
        handler="index.handler",
        code=lambda_.Code.from_inline("def handler(event, context): ..."),
    )
    let_invoke(asked, function, variable="COUNT_FUNCTION")
    return "COUNT_FUNCTION", asked.function_name, "lambda:InvokeFunction"


def use_bucket(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    bucket = Bucket(stack, "Invoices")
    bucket.let_use(function, "s3:GetObject", variable="INVOICES", keys="*.pdf")
    return "INVOICES", bucket.bucket_name, "s3:GetObject"


def send(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    queue = Queue(stack, "Work")
    queue.let_send(function, variable="WORK_URL")
    return "WORK_URL", queue.queue_url, "sqs:SendMessage"


def sign(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    key = SigningKey(stack, "Key", signs="tokens")
    key.let_sign(function)
    return "SIGNING_KEY_ARN", key.secret_arn, "secretsmanager:GetSecretValue"


def send_mail(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    sender = ses.EmailIdentity(stack, "Sender", identity=ses.Identity.domain("shop.example"))
    let_send_mail(sender, function, address="orders@shop.example", variable="SENDER")
    return "SENDER", "orders@shop.example", "ses:SendEmail"


def read_parameter(stack: Stack, function: lambda_.IFunction) -> tuple[str, str, str]:
    parameter = ssm.StringParameter(stack, "Limit", string_value="7")
    let_read_parameter(parameter, function, variable="LIMIT_PARAMETER")
    return "LIMIT_PARAMETER", parameter.parameter_name, "ssm:GetParameter"


LETS: tuple[Let, ...] = (
    *(publish, park, issue_tickets, manage_users, use_table, query_index, ask, use_bucket),
    *(send, sign, send_mail, read_parameter, wait_for_callbacks, verify_webhooks),
    *(offer_uploads, read_uploads),
)
OF_ANY = pytest.mark.parametrize("let", LETS, ids=lambda let: let.__name__)


@OF_ANY
def test_a_function_that_may_is_told(stack: Stack, plain: lambda_.Function, let: Let) -> None:
    variable, value, action = let(stack, plain)

    assert variables(stack, plain)[variable] == stack.resolve(value)
    assert action in allowed(stack, plain)


@OF_ANY
@pytest.mark.parametrize("kind", ["imported", "alias"])
def test_a_function_that_cannot_be_told_is_refused(
    stack: Stack, plain: lambda_.Function, imported: lambda_.IFunction, let: Let, kind: str
) -> None:
    function = imported if kind == "imported" else plain.add_alias("live")

    with pytest.raises(
        ValueError, match=r"got Test/.*itself, or (let its owner|leave).*\(at Test/\w+\)"
    ):
        let(stack, function)


def test_a_function_remembers_and_is_told_where(
    stack: Stack, service: PythonService, rememberer: str
) -> None:
    function = PythonFunction(stack, "Ship", service=service, entry=rememberer)
    once = IdempotencyTable(stack, "Once")

    once.let_remember(function)

    assert variables(stack, function)["IDEMPOTENCY_TABLE"] == stack.resolve(once.table_name)
    assert "dynamodb:UpdateItem" in allowed(stack, function)


def test_one_table_is_told_of_by_one_name_however_often(
    stack: Stack, plain: lambda_.Function
) -> None:
    table = Table(stack, "Orders", partition_key="orderId")
    for action in ("dynamodb:GetItem", "dynamodb:UpdateItem"):
        table.let_use(plain, action, variable="ORDERS_TABLE", attributes=["total"])

    assert {"dynamodb:GetItem", "dynamodb:UpdateItem"} <= allowed(stack, plain)


def test_two_things_of_one_name_are_refused(stack: Stack, plain: lambda_.Function) -> None:
    EventBus(stack, "One").let_publish(plain, source="shop")

    with pytest.raises(
        ValueError, match=r"EVENT_BUS_NAME of Test/Plain says something else.*\(at Test/Two\)"
    ):
        EventBus(stack, "Two").let_publish(plain, source="shop")


def test_what_a_function_was_told_when_it_was_made_is_not_overwritten(
    stack: Stack, service: PythonService
) -> None:
    function = PythonFunction(
        stack, "Ship", service=service, entry="place_order", environment={"WORK": "elsewhere"}
    )

    with pytest.raises(ValueError, match=r"WORK of Test/Ship says something else"):
        Queue(stack, "Work").let_send(function, variable="WORK")


def test_who_sends_to_a_queue_may_use_its_key(stack: Stack, plain: lambda_.Function) -> None:
    Queue(stack, "Work", encryption_key=kms.Key(stack, "Key")).let_send(plain, variable="WORK")

    assert {"kms:Decrypt", "kms:GenerateDataKey", "sqs:SendMessage"} == allowed(stack, plain)


def variables(stack: Stack, function: lambda_.Function) -> dict[str, Any]:
    made = Template.from_stack(stack).to_json()["Resources"]
    id_ = stack.get_logical_id(function.node.default_child)  # type: ignore[arg-type]
    found: dict[str, Any] = made[id_]["Properties"]["Environment"]["Variables"]
    return found


def allowed(stack: Stack, function: lambda_.Function) -> set[str]:
    assert function.role
    role = {"Ref": stack.get_logical_id(function.role.node.default_child)}  # type: ignore[arg-type]
    found = set()
    for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values():
        if role in policy["Properties"]["Roles"]:
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
                actions = statement["Action"]
                found |= {actions} if isinstance(actions, str) else {*actions}
    return found
