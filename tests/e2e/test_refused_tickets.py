"""Tickets that open no connection."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims
from tests.e2e.conftest import Tokens, aws, function_name
from tests.e2e.sockets import connected, refusal, ticket_for
from tests.waiting import PATIENCE

REFUSED = (401, 403)


@pytest.fixture
def issuing(platform: dict[str, Any]) -> dict[str, Any]:
    """The configuration of the function that issues tickets."""
    name = function_name(platform, "Local-Identity", "CreateTicket")
    found: dict[str, Any] = aws(platform, "lambda").get_function(FunctionName=name)
    return found


@pytest.fixture
def table(issuing: dict[str, Any]) -> str:
    """The name of the table with the stage's tickets."""
    return str(issuing["Configuration"]["Environment"]["Variables"]["TICKETS_TABLE"])


def digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()


def test_a_ticket_opens_one_connection_and_no_second_one(
    config: dict[str, Any], identity: httpx.Client, customer: Tokens
) -> None:
    ticket = ticket_for(identity, customer)

    with connected(config, f"ticket={ticket}") as connection:
        connection.send(json.dumps({"action": "ping"}))
        assert json.loads(connection.recv(timeout=PATIENCE)) == {"type": "pong"}
        assert refusal(config, f"ticket={ticket}") in REFUSED
    assert refusal(config, f"ticket={ticket}") in REFUSED


def test_of_ten_at_once_with_one_ticket_one_is_let_in(
    config: dict[str, Any], identity: httpx.Client, customer: Tokens
) -> None:
    ticket = ticket_for(identity, customer)

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: refusal(config, f"ticket={ticket}"), range(10)))

    assert answers.count(None) == 1
    assert all(answer in (None, *REFUSED) for answer in answers)


@pytest.mark.parametrize("query", ["", "ticket=", "other=1", f"ticket={'x' * 43}", "ticket=%00"])
def test_without_a_ticket_or_with_nonsense_there_is_no_connection(
    config: dict[str, Any], query: str
) -> None:
    assert refusal(config, query) in REFUSED


def test_a_token_is_no_ticket(config: dict[str, Any], customer: Tokens) -> None:
    assert refusal(config, f"ticket={customer.id_token}") in REFUSED


def test_what_the_table_holds_of_a_ticket_is_no_ticket(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    customer: Tokens,
    table: str,
) -> None:
    asked = time.time()
    ticket = ticket_for(identity, customer)
    key = {"ticketHash": {"S": digest(ticket)}}
    had = time.time()

    item = aws(platform, "dynamodb").get_item(TableName=table, Key=key)["Item"]

    assert item["userId"]["S"] == claims(customer.id_token)["sub"]
    assert asked + 59 < int(item["expiresAt"]["N"]) <= had + 61
    assert ticket not in json.dumps(item)
    assert refusal(config, f"ticket={digest(ticket)}") in REFUSED


def test_an_expired_ticket_is_refused(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    customer: Tokens,
    table: str,
) -> None:
    def issued_ago(seconds: int) -> str:
        """Return a ticket that has become older than it is: a minute is long."""
        ticket = ticket_for(identity, customer)
        aws(platform, "dynamodb").update_item(
            TableName=table,
            Key={"ticketHash": {"S": digest(ticket)}},
            ConditionExpression="attribute_exists(expiresAt)",
            UpdateExpression="SET expiresAt = expiresAt - :age",
            ExpressionAttributeValues={":age": {"N": str(seconds)}},
        )
        return ticket

    assert refusal(config, f"ticket={issued_ago(40)}") is None
    assert refusal(config, f"ticket={issued_ago(61)}") in REFUSED


@pytest.fixture
def other_stage(platform: dict[str, Any], issuing: dict[str, Any]) -> Iterator[str]:
    """A function that issues tickets as the stage's does, but into a table of another stage."""
    name = f"other-stage-{secrets.token_hex(4)}"
    dynamodb, functions = aws(platform, "dynamodb"), aws(platform, "lambda")
    iam, original = aws(platform, "iam"), issuing["Configuration"]
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "ticketHash", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "ticketHash", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]
    may_put = {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="put", PolicyDocument=policy(may_put))
    functions.create_function(
        FunctionName=name,
        Role=role["Arn"],
        Runtime=original["Runtime"],
        Handler=original["Handler"],
        Code=deployed_code(platform, issuing["Tags"]),
        Layers=[layer["Arn"] for layer in original.get("Layers", [])],
        Timeout=original["Timeout"],
        Environment={"Variables": {**original["Environment"]["Variables"], "TICKETS_TABLE": name}},
    )
    yield name
    functions.delete_function(FunctionName=name)
    aws(platform, "logs").delete_log_group(logGroupName=f"/aws/lambda/{name}")
    iam.delete_role_policy(RoleName=name, PolicyName="put")
    iam.delete_role(RoleName=name)
    dynamodb.delete_table(TableName=name)


def deployed_code(platform: dict[str, Any], tags: dict[str, str]) -> dict[str, str]:
    """Return where a function's code lies, as its stack's template has it."""
    template = aws(platform, "cloudformation").get_template(
        StackName=tags["aws:cloudformation:stack-name"], TemplateStage="Processed"
    )["TemplateBody"]
    resources = (template if isinstance(template, dict) else json.loads(template))["Resources"]
    code: dict[str, str] = resources[tags["aws:cloudformation:logical-id"]]["Properties"]["Code"]
    return code


def policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_ticket_of_another_stage_is_refused(
    platform: dict[str, Any], config: dict[str, Any], customer: Tokens, other_stage: str
) -> None:
    request = {
        "version": "2.0",
        "routeKey": "POST /tickets",
        "rawPath": "/tickets",
        "headers": {},
        "requestContext": {
            "requestId": "other-stage",
            "http": {"method": "POST", "path": "/tickets"},
            "authorizer": {"jwt": {"claims": claims(customer.id_token)}},
        },
        "isBase64Encoded": False,
    }

    answer = json.load(
        aws(platform, "lambda").invoke(FunctionName=other_stage, Payload=json.dumps(request))[
            "Payload"
        ]
    )

    assert answer["statusCode"] == 200, answer
    ticket = json.loads(answer["body"])["ticket"]
    key = {"ticketHash": {"S": digest(ticket)}}
    assert "Item" in aws(platform, "dynamodb").get_item(TableName=other_stage, Key=key)
    assert refusal(config, f"ticket={ticket}") in REFUSED
