"""Events as API Gateway's HTTP APIs send them, and the context Lambda sends along."""

import json
from dataclasses import dataclass
from typing import Any, cast

from aws_lambda_powertools.utilities.typing import LambdaContext

ADMINISTRATOR = {
    "sub": "user-1",
    "token_use": "id",
    "cognito:groups": "[administrators]",
    "permissions": "*:*",
}
CUSTOMER = {"sub": "user-2", "token_use": "id", "cognito:groups": "[customers]"}
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl"


@dataclass
class FakeContext:
    function_name: str = "dev-catalog"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:eu-west-2:000000000000:function:dev-catalog"
    aws_request_id: str = "lambda-request"
    function_version: str = "$LATEST"
    remaining_ms: int = 10_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


CONTEXT = cast(LambdaContext, FakeContext())


def event(
    route: str = "GET /products",
    *,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    body: str | None = None,
    claims: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Build one request; parts which a caller left out are absent, as on AWS."""
    method, _, raw_path = route.partition(" ")
    built: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route,
        "rawPath": raw_path,
        "rawQueryString": "",
        "headers": headers or {},
        "requestContext": {
            "requestId": "JKJaXmPLvHcESHA=",
            "http": {"method": method, "path": raw_path},
            "stage": "$default",
        },
        "isBase64Encoded": False,
    }
    if path is not None:
        built["pathParameters"] = path
    if query is not None:
        built["queryStringParameters"] = query
    if body is not None:
        built["body"] = body
    if claims is not None:
        built["requestContext"]["authorizer"] = {"jwt": {"claims": claims, "scopes": None}}
    return built


def body_of(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])
