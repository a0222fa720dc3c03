"""A program that gets a token of a user pool, and what an API lets it do."""

import json

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_lambda as lambda_

from constructs_lib.blocks import BusinessApi, MachineClient, UserDirectory
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs

READ, WRITE = (
    cognito.ResourceServerScope(scope_name=name, scope_description=name)
    for name in ("read", "write")
)
ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event["requestContext"]["authorizer"]["jwt"])}
"""


@pytest.fixture(scope="module")
def made(aws: Aws) -> dict[str, str]:
    def build(stack: Stack) -> None:
        users = UserDirectory(
            stack, "Users", domain_prefix="doors-machines", removal_policy=RemovalPolicy.DESTROY
        )
        server = users.pool.add_resource_server("Orders", identifier="orders", scopes=[READ, WRITE])
        may = {
            "Reader": [cognito.OAuthScope.resource_server(server, READ)],
            "Writer": [cognito.OAuthScope.resource_server(server, one) for one in (READ, WRITE)],
            "Stranger": [cognito.OAuthScope.resource_server(server, WRITE)],
        }
        machines = {
            name: MachineClient(stack, name, pool=users.pool, scopes=scopes)
            for name, scopes in may.items()
        }
        echo = lambda_.Function(
            stack,
            "Echo",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(ECHO),
        )
        api = BusinessApi(
            stack,
            "Api",
            allow_origins=None,
            default_authorizer=users.authorizer(
                machines["Reader"].client, machines["Writer"].client
            ),
            log_removal_policy=RemovalPolicy.DESTROY,
        )
        api.route("GET /orders", echo, scopes=["orders/read"])
        api.route("POST /orders", echo, scopes=["orders/write"])
        CfnOutput(stack, "ApiId", value=api.http_api.api_id)
        for name, machine in machines.items():
            CfnOutput(stack, f"{name}Secret", value=machine.keep_secret().secret_arn)

    return deploy_constructs(aws, "machine-clients", build)


def token(aws: Aws, http: httpx.Client, made: dict[str, str], name: str, **asked: str) -> str:
    kept = aws.client("secretsmanager").get_secret_value(SecretId=made[f"{name}Secret"])
    client = json.loads(kept["SecretString"])
    answer = http.post(
        f"{aws.endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", **asked},
        auth=(client["clientId"], client["clientSecret"]),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def ask(
    aws: Aws, http: httpx.Client, made: dict[str, str], method: str, token: str
) -> httpx.Response:
    return http.request(
        method,
        f"{aws.endpoint}/_aws/execute-api/{made['ApiId']}/$default/orders",
        headers={"Authorization": f"Bearer {token}"},
    )


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [("Reader", 200, 403), ("Writer", 200, 200), ("Stranger", 401, 401)],
)
def test_a_program_may_do_what_its_scopes_say_where_its_tokens_count(
    aws: Aws, http: httpx.Client, made: dict[str, str], name: str, reads: int, writes: int
) -> None:
    mine = token(aws, http, made, name)

    seen = [ask(aws, http, made, method, mine).status_code for method in ("GET", "POST")]

    assert seen == [reads, writes]


def test_a_program_may_ask_for_less_than_it_may(
    aws: Aws, http: httpx.Client, made: dict[str, str]
) -> None:
    narrow = token(aws, http, made, "Writer", scope="orders/read")

    assert ask(aws, http, made, "GET", narrow).json()["claims"]["scope"] == "orders/read"
    assert ask(aws, http, made, "POST", narrow).status_code == 403
