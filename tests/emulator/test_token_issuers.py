"""An API whose callers bring tokens of several issuers, the own user pool among them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from aws_cdk import CfnOutput, RemovalPolicy, Stack

from constructs_lib.blocks import BusinessApi, TokenAuthorizer, TrustedIssuer, UserDirectory
from constructs_lib.primitives import BuildTarget
from tests.emulator.people import People
from tests.emulator.support import Aws
from tests.emulator.synthesised import deploy_constructs
from tests.emulator.test_token_authorizer import KeyServer, echo_function, serving
from tests.issuer import Key, ec_key, good_claims, rsa_key

A, B = rsa_key("issuer-a"), ec_key("issuer-b")


@dataclass(frozen=True)
class Api:
    """The test API, its issuers and the pool's users."""

    url: str
    a: KeyServer
    b: KeyServer
    people: People
    http: httpx.Client

    def ask(self, token: str) -> httpx.Response:
        return self.http.get(f"{self.url}/tasks", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture(scope="module")
def issuers() -> Iterator[list[KeyServer]]:
    with serving([A]) as first, serving([B]) as second:
        yield [first, second]


@pytest.fixture(scope="module")
def api(
    aws: Aws,
    http: httpx.Client,
    issuers: list[KeyServer],
    tmp_path_factory: pytest.TempPathFactory,
) -> Api:
    def build(stack: Stack) -> None:
        users = UserDirectory(
            stack, "Users", password_sign_in=True, removal_policy=RemovalPolicy.DESTROY
        )
        keys = f"http://127.0.0.1:{aws.port}/{users.pool.user_pool_id}/.well-known/jwks.json"
        authorizer = TokenAuthorizer(
            stack,
            "Callers",
            issuers=[
                users.trusted_issuer(jwks_url=keys),
                *(TrustedIssuer(issuer=each.url, audience="support") for each in issuers),
            ],
            target=BuildTarget.this_machine(),
            log_removal_policy=RemovalPolicy.DESTROY,
        )
        api = BusinessApi(
            stack, "Api", allow_origins=None, log_removal_policy=RemovalPolicy.DESTROY
        )
        echo = echo_function(stack, tmp_path_factory.mktemp("src"))
        api.route("GET /tasks", echo, authorizer=authorizer.authorizer())
        CfnOutput(stack, "ApiId", value=api.http_api.api_id)
        CfnOutput(stack, "pool", value=users.pool.user_pool_id)
        CfnOutput(stack, "client", value=users.client.user_pool_client_id)

    made = deploy_constructs(aws, "token-issuers", build)
    url = f"{aws.endpoint}/_aws/execute-api/{made['ApiId']}/$default"
    return Api(url, issuers[0], issuers[1], People(aws, made), http)


def signed(issuer: KeyServer, key: Key, **headers: str) -> str:
    return key.sign(good_claims(iss=issuer.url, aud="support"), headers=headers)


def test_each_issuer_is_believed_by_its_own_keys(api: Api) -> None:
    for issuer, key in ((api.a, A), (api.b, B)):
        answer = api.ask(signed(issuer, key))

        assert answer.status_code == 200
        assert answer.json()["iss"] == issuer.url


BAD: dict[str, Callable[[Api], str]] = {
    "one's name and the other's key": lambda api: signed(api.a, B),
    "the other's name and one's key": lambda api: signed(api.b, A),
    "one's name and key id, the other's signature": lambda api: signed(api.a, B, kid=A.kid),
    "an issuer whom nobody trusts": lambda api: A.sign(
        good_claims(iss="https://elsewhere.example", aud="support")
    ),
    "another one's audience": lambda api: A.sign(good_claims(iss=api.a.url, aud="orders")),
}


@pytest.mark.parametrize("make", BAD.values(), ids=BAD.keys())
def test_a_token_is_refused_that_has(api: Api, make: Callable[[Api], str]) -> None:
    assert api.ask(make(api)).status_code == 403


def test_the_pools_own_id_tokens_are_good_and_its_access_tokens_are_not(api: Api) -> None:
    sub = api.people.invite("issuers@example.org")
    tokens = api.people.sign_in("issuers@example.org")["AuthenticationResult"]

    answer = api.ask(tokens["IdToken"])

    assert (answer.status_code, answer.json()["sub"]) == (200, sub)
    assert api.ask(tokens["AccessToken"]).status_code == 403


def test_an_issuer_that_is_down_keeps_no_others_out(api: Api) -> None:
    api.a.is_down = True
    try:
        assert api.ask(signed(api.b, B)).status_code == 200
    finally:
        api.a.is_down = False
