"""What the JWT authorizer of an HTTP API lets through: tokens of its pool and client, unspoilt."""

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from blockwork.local.launch import Emulator
from tests.emulator.people import PASSWORD, People, claims, user_pool
from tests.emulator.support import Aws, eventually, function, role

EMAIL = "ada@example.com"
ECHO = """
import json
def handler(event, context):
    authorizer = event["requestContext"]["authorizer"]["jwt"]
    return {"statusCode": 200, "body": json.dumps(authorizer["claims"])}
"""


def client(seconds: int) -> dict[str, Any]:
    made: dict[str, Any] = user_pool()["Client"]
    made["Properties"] |= {
        "IdTokenValidity": seconds,
        "TokenValidityUnits": {"IdToken": "seconds"},
    }
    return made


def resources() -> dict[str, Any]:
    of_api = {"ApiId": {"Ref": "Api"}}
    issuer = "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
    audience = [{"Ref": "Client"}, {"Ref": "HastyClient"}]
    return {
        **user_pool(),
        "HastyClient": client(1),  # AWS wants 300 at least
        "OtherClient": client(300),
        "Role": role(),
        "Echo": function(ECHO),
        "Api": {
            "Type": "AWS::ApiGatewayV2::Api",
            "Properties": {"Name": "guarded", "ProtocolType": "HTTP"},
        },
        "Authorizer": {
            "Type": "AWS::ApiGatewayV2::Authorizer",
            "Properties": {
                **of_api,
                "Name": "users",
                "AuthorizerType": "JWT",
                "IdentitySource": ["$request.header.Authorization"],
                "JwtConfiguration": {"Issuer": {"Fn::Sub": issuer}, "Audience": audience},
            },
        },
        "Integration": {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                **of_api,
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": {"Fn::GetAtt": ["Echo", "Arn"]},
                "PayloadFormatVersion": "2.0",
            },
        },
        "Route": {
            "Type": "AWS::ApiGatewayV2::Route",
            "Properties": {
                **of_api,
                "RouteKey": "GET /me",
                "AuthorizationType": "JWT",
                "AuthorizerId": {"Ref": "Authorizer"},
                "Target": {"Fn::Sub": "integrations/${Integration}"},
            },
        },
        "Stage": {
            "Type": "AWS::ApiGatewayV2::Stage",
            "Properties": {**of_api, "StageName": "$default", "AutoDeploy": True},
        },
        "Permission": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": {"Ref": "Echo"},
                "Principal": "apigateway.amazonaws.com",
            },
        },
    }


@dataclass(frozen=True)
class Guarded:
    """The API, and tokens of its user by the client that they are for."""

    http: httpx.Client
    url: str
    tokens: dict[str, dict[str, str]]

    def get(self, token: str) -> httpx.Response:
        return self.http.get(self.url, headers={"Authorization": f"Bearer {token}"})

    def refuses(self, token: str) -> bool:
        answer = self.get(token)
        return (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})


def signed_in(aws: Aws, made: dict[str, str], client_id: str) -> dict[str, str]:
    people = People(aws, {**made, "client": client_id})
    tokens: dict[str, str] = people.sign_in(EMAIL)["AuthenticationResult"]
    return tokens


@pytest.fixture(scope="module")
def api(aws: Aws, http: httpx.Client) -> Guarded:
    outputs = {"pool": "Pool", "client": "Client", "api": "Api"}
    outputs |= {"hasty": "HastyClient", "other": "OtherClient"}
    made = aws.deploy("guarded", resources(), **{k: {"Ref": v} for k, v in outputs.items()})
    People(aws, made).invite(EMAIL)
    elsewhere = aws.deploy("elsewhere", user_pool(), pool={"Ref": "Pool"}, client={"Ref": "Client"})
    People(aws, elsewhere).invite(EMAIL)
    tokens = {name: signed_in(aws, made, made[name]) for name in ("client", "hasty", "other")}
    tokens["elsewhere"] = signed_in(aws, elsewhere, elsewhere["client"])
    url = f"{aws.endpoint}/_aws/execute-api/{made['api']}/$default/me"
    return Guarded(http, url, tokens)


def encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def test_tokens_of_the_pool_for_the_client_are_let_through(api: Guarded) -> None:
    for kind in ("IdToken", "AccessToken"):
        answer = api.get(api.tokens["client"][kind])

        assert answer.status_code == 200
        assert answer.json()["sub"] == claims(api.tokens["client"][kind])["sub"]


def test_no_token_and_no_jwt_are_refused(api: Guarded) -> None:
    assert api.http.get(api.url).status_code == 401
    for nonsense in ("x", "a.b.c", f"{encoded([])}.{encoded([])}.eA", f"{encoded(1)}.e30.e30"):
        assert api.refuses(nonsense), nonsense


@pytest.mark.parametrize("kind", ["IdToken", "AccessToken"])
@pytest.mark.parametrize("whose", ["other", "elsewhere"])
def test_a_token_for_another_client_or_of_another_pool_is_refused(
    api: Guarded, whose: str, kind: str
) -> None:
    assert api.refuses(api.tokens[whose][kind])


def test_a_refresh_token_opens_no_route(api: Guarded) -> None:
    assert api.refuses(api.tokens["client"]["RefreshToken"])


def test_an_expired_token_is_refused(api: Guarded) -> None:
    token = api.tokens["hasty"]["IdToken"]
    expires = claims(token)["exp"]

    eventually(lambda: time.time() > expires + 1)

    assert api.refuses(token)


def test_what_is_signed_may_not_be_changed(api: Guarded) -> None:
    header, _, signature = api.tokens["client"]["IdToken"].split(".")
    content = claims(api.tokens["client"]["IdToken"]) | {"cognito:groups": ["administrators"]}

    assert api.refuses(f"{header}.{encoded(content)}.{signature}")
    assert api.refuses(f"{header}.{encoded(content)}.")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
def test_an_unsigned_token_is_refused(api: Guarded, algorithm: str) -> None:
    _, content, signature = api.tokens["client"]["IdToken"].split(".")
    kid = jwt.get_unverified_header(api.tokens["client"]["IdToken"])["kid"]
    unsigned = encoded({"alg": algorithm, "kid": kid})

    assert api.refuses(f"{unsigned}.{content}.")
    assert api.refuses(f"{unsigned}.{content}.{signature}")


def test_a_signature_by_another_key_is_refused(api: Guarded) -> None:
    token = api.tokens["client"]["IdToken"]
    content, kid = claims(token), jwt.get_unverified_header(token)["kid"]
    own = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = own.public_key()
    key = jwt.algorithms.RSAAlgorithm.to_jwk(public, as_dict=True)

    for headers in ({"kid": kid}, {"kid": "unknown"}, {"kid": kid, "jwk": key}, {}):
        assert api.refuses(jwt.encode(content, own, algorithm="RS256", headers=headers))
    assert api.refuses(jwt.encode(content, "secret" * 8, algorithm="HS256", headers={"kid": kid}))


def test_no_token_is_written_to_the_gateways_log(api: Guarded, emulator: Emulator) -> None:
    token = api.tokens["client"]["IdToken"]
    assert api.get(token).status_code == 200
    assert api.refuses(token[:-4])

    log = emulator.log.read_text()
    for kind in ("IdToken", "AccessToken", "RefreshToken"):
        assert api.tokens["client"][kind].split(".")[1] not in log
    assert PASSWORD not in log
