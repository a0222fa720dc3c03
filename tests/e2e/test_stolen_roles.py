"""What somebody could do who took over a function: not more than the function itself does."""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.aws_clients import client_of
from tests.e2e.conftest import aws, function_name, outputs
from tests.e2e.forbidden import FORBIDDEN, Item

GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"
Client = Callable[[str, str, str], Any]


@pytest.fixture(scope="module")
def as_function(platform: dict[str, Any]) -> Iterator[Client]:
    """Return what makes a client that may do what a function of a stack may: a user like its role.

    Only Lambda may assume the role itself.
    """
    iam, functions = aws(platform, "iam"), aws(platform, "lambda")
    made: list[str] = []

    @cache
    def key_of(stack: str, function: str) -> tuple[str, str]:
        name = function_name(platform, f"Local-{stack}", function)
        role = functions.get_function_configuration(FunctionName=name)["Role"].rsplit("/", 1)[-1]
        assert not iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        user = f"thief-{uuid4().hex}"
        iam.create_user(UserName=user)
        made.append(user)
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            text = document if isinstance(document, str) else json.dumps(document)
            iam.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=text)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def client(service: str, stack: str, function: str) -> Any:
        key_id, secret = key_of(stack, function)
        return client_of(
            service,
            endpoint=platform["emulatorUrl"],
            region=platform["region"],
            key_id=key_id,
            secret=secret,
        )

    yield client
    for user in made:
        for policy in iam.list_user_policies(UserName=user)["PolicyNames"]:
            iam.delete_user_policy(UserName=user, PolicyName=policy)
        for key in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=user)


def physical_id(platform: dict[str, Any], stack: str, prefix: str, kind: str) -> str:
    """Return the name of the stack's resource whose logical id begins with `prefix`."""
    pages = aws(platform, "cloudformation").get_paginator("list_stack_resources")
    (name,) = (
        item["PhysicalResourceId"]
        for page in pages.paginate(StackName=f"Local-{stack}")
        for item in page["StackResourceSummaries"]
        if item["ResourceType"] == kind and item["LogicalResourceId"].startswith(prefix)
    )
    return str(name)


@pytest.fixture(scope="module")
def table_of(platform: dict[str, Any]) -> Callable[[tuple[str, str]], str]:
    """Return what knows the name of a stack's table."""
    return cache(lambda table: physical_id(platform, table[0], table[1], GLOBAL_TABLE))


def denied() -> Any:
    """Expect that IAM, and nothing else, refuses what follows."""
    return pytest.raises(ClientError, match="AccessDenied")


ATTEMPTS = [
    pytest.param(who, table, how, request, id=f"{who[1]}-{number}-{how}")
    for who, (table, requests) in FORBIDDEN.items()
    for number, (how, request) in enumerate(requests)
]


@pytest.mark.parametrize(("who", "table", "how", "request_"), ATTEMPTS)
def test_a_function_touches_only_the_items_and_attributes_that_it_is_for(
    as_function: Client,
    table_of: Callable[[tuple[str, str]], str],
    who: tuple[str, str],
    table: tuple[str, str],
    how: str,
    request_: Item,
) -> None:
    name = table_of(table)
    asked = {"TableName": name, **request_}
    if "RequestItems" in request_:
        asked = {"RequestItems": {name: request_["RequestItems"]["$table"]}}
    with denied():
        getattr(as_function("dynamodb", *who), how)(**asked)


@pytest.mark.parametrize("function", ["PostConfirmation", "PreTokenGeneration", "ListUsers"])
@pytest.mark.parametrize("group", ["administrators", "customers"])
def test_no_function_puts_anybody_into_a_group(
    as_function: Client, config: dict[str, Any], platform: dict[str, Any], function: str, group: str
) -> None:
    user = platform["users"][0]["email"]
    with denied():
        as_function("cognito-idp", "Identity", function).admin_add_user_to_group(
            UserPoolId=config["userPoolId"], Username=user, GroupName=group
        )


PUBLISHERS = {
    "campaigns": ("Campaigns", "PublishChanges"),
    "identity": ("Identity", "PublishChanges"),
    "vouchers": ("Vouchers", "PublishChanges"),
    "forecast": ("Forecast", "FetchForecast"),
    "readings": ("Readings", "PublishChanges"),
    "support": ("Support", "Support"),
}


@pytest.mark.parametrize("victim", ["identity", "vouchers", "campaigns", "support", "blockwork"])
@pytest.mark.parametrize("service", PUBLISHERS)
def test_a_microservice_publishes_in_its_own_name_alone(
    as_function: Client, platform: dict[str, Any], service: str, victim: str
) -> None:
    events = as_function("events", *PUBLISHERS[service])
    bus = outputs(platform, "Local-Foundation")["EventBusName"]

    def publish(*names: str) -> Any:
        entry = {"EventBusName": bus, "DetailType": "NothingOfInterest", "Detail": "{}"}
        return events.put_events(
            Entries=[{**entry, "Source": f"blockwork.{name}"} for name in names]
        )

    assert publish(service)["FailedEntryCount"] == 0
    if victim != service:
        for names in ((victim,), (service, victim)):
            with denied():
                publish(*names)


@pytest.mark.parametrize(
    "who", [("Vouchers", "MailVoucher"), ("Notifications", "WelcomeMail")], ids=lambda who: who[1]
)
def test_a_mailer_sends_as_the_platform_alone_and_forgets_only_its_own(
    as_function: Client, platform: dict[str, Any], who: tuple[str, str]
) -> None:
    stack, function = who
    once = physical_id(platform, stack, "Once", GLOBAL_TABLE)
    module = f"{stack.lower()}.handlers.{'mail_voucher' if stack == 'Vouchers' else 'welcome_mail'}"
    handled = as_function("dynamodb", *who)
    mail = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "there"}}}}

    handled.delete_item(TableName=once, Key={"id": {"S": f"{module}.somebody#1"}})
    with denied():
        handled.delete_item(TableName=once, Key={"id": {"S": "others.handlers.work.work#1"}})
    with denied():
        as_function("sesv2", stack, function).send_email(
            FromEmailAddress="boss@blockwork.example",
            Destination={"ToAddresses": ["somebody@example.org"]},
            Content=mail,
        )


@pytest.mark.parametrize("function", ["CreateVoucher", "SettlePayment"])
@pytest.mark.parametrize(
    ("ask", "arguments"),
    [
        ("get_parameters", {"Names": ["/blockwork/local/vouchers/payment-key"]}),
        ("get_parameter_history", {"Name": "/blockwork/local/vouchers/payment-key"}),
        ("get_parameter", {"Name": "/blockwork/local/identity/other"}),
        ("describe_parameters", {}),
    ],
)
def test_who_pays_reads_the_one_secret_as_it_is_now(
    as_function: Client, function: str, ask: str, arguments: Item
) -> None:
    ssm = as_function("ssm", "Vouchers", function)

    assert ssm.get_parameter(Name="/blockwork/local/vouchers/payment-key", WithDecryption=True)[
        "Parameter"
    ]["Value"]
    with denied():
        getattr(ssm, ask)(**arguments)


NEWSLETTER = ("NewsletterDescribeSubscribers", "NewsletterShowUnsubscribe", "NewsletterUnsubscribe")


@pytest.mark.parametrize("function", [*NEWSLETTER, "NewsletterListSubscribers", "ListUsers"])
def test_who_has_to_do_with_links_to_unsubscribe_reads_their_key_and_nobody_else(
    as_function: Client, platform: dict[str, Any], function: str
) -> None:
    secrets = as_function("secretsmanager", "Identity", function)
    key_arn = physical_id(platform, "Identity", "NewsletterLinks", "AWS::SecretsManager::Secret")

    if function in NEWSLETTER:
        assert secrets.get_secret_value(SecretId=key_arn)["SecretString"]
    else:
        with denied():
            secrets.get_secret_value(SecretId=key_arn)


PAGED = {"Catalog": "ListProducts", "Identity": "ListUsers", "Vouchers": "ListVouchers"}


@pytest.mark.parametrize("stack", PAGED)
def test_who_answers_page_by_page_reads_the_key_of_its_own_service(
    as_function: Client, platform: dict[str, Any], stack: str
) -> None:
    secrets = as_function("secretsmanager", stack, PAGED[stack])
    keys = {
        name: physical_id(platform, name, "Pages", "AWS::SecretsManager::Secret") for name in PAGED
    }

    for name, key_arn in keys.items():
        if name == stack:
            assert secrets.get_secret_value(SecretId=key_arn)["SecretString"]
        else:
            with denied():
                secrets.get_secret_value(SecretId=key_arn)
    for ask in ("put_secret_value", "update_secret"):
        with denied():
            getattr(secrets, ask)(SecretId=keys[stack], SecretString="known")
    with denied():
        secrets.describe_secret(SecretId=keys[stack])


@pytest.mark.parametrize(
    "who",
    [
        ("Catalog", "GetProduct"),
        ("Catalog", "CreateProduct"),
        ("Identity", "GetProfile"),
        ("Identity", "ReplacePermissions"),
        ("Vouchers", "GetVoucher"),
        ("Vouchers", "CreateVoucher"),
    ],
    ids="-".join,
)
def test_nobody_else_reads_the_key_of_the_pages(
    as_function: Client, platform: dict[str, Any], who: tuple[str, str]
) -> None:
    key_arn = physical_id(platform, who[0], "Pages", "AWS::SecretsManager::Secret")

    with denied():
        as_function("secretsmanager", *who).get_secret_value(SecretId=key_arn)
