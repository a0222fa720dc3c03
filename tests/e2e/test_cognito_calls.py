"""No call of Cognito's API gives a visitor or a customer more than they have."""

from typing import Any

import boto3
import httpx
import pytest
from botocore import UNSIGNED, xform_name
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ListShape, MapShape, Shape, StructureShape

from tests.e2e.accounts import claims, code_for, refresh, sign_up
from tests.e2e.conftest import (
    Account,
    NewAccount,
    Tokens,
    aws,
    bearer,
    new_address,
    new_password,
    sign_in_by_srp,
)

WANTED = {
    "permissions": "*:*",
    "custom:permissions": "*:*",
    "dev:permissions": "*:*",
    "cognito:groups": "administrators",
    "cognito:user_status": "EXTERNAL_PROVIDER",
    "groups": "administrators",
    "identities": "[]",
    "email_verified": "true",
    "phone_number_verified": "true",
    "name": "administrator",
    "sub": "00000000-0000-4000-8000-000000000000",
}
CLAIMS = {
    "sub",
    "iss",
    "aud",
    "token_use",
    "cognito:username",
    "cognito:groups",
    "email",
    "email_verified",
}
"""What every customer's token says, apart from its times and ids."""
# What only takes away from the account that asks.
ENDING = {"DeleteUser", "GlobalSignOut", "RevokeToken", "ChangePassword"}
TARIFF = {"name": "Stolen", "price": "0.1000", "currency": "GBP"}


def attributes(**given: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in given.items()]


@pytest.fixture(scope="module")
def anybody(config: dict[str, Any]) -> Any:
    """Return a client that signs nothing."""
    return boto3.client(
        "cognito-idp",
        region_name=config["region"],
        endpoint_url=config["userPoolEndpoint"],
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def somebody(new_account: NewAccount) -> Account:
    return new_account("customers")


def may(identity: httpx.Client, catalog: httpx.Client, tokens: Tokens) -> tuple[int, int]:
    """Return how listing users and adding a tariff are answered."""
    headers = bearer(tokens.id_token)
    return (
        identity.get("/users", headers=headers).status_code,
        catalog.post("/products", json=TARIFF, headers=headers).status_code,
    )


def said(tokens: Tokens) -> dict[str, Any]:
    """Return what a token says but for what differs from token to token."""
    own = {"iat", "exp", "auth_time", "jti", "origin_jti", "event_id"}
    return {name: value for name, value in claims(tokens.id_token).items() if name not in own}


@pytest.mark.parametrize(("name", "value"), WANTED.items())
def test_nobody_signs_up_with_more_than_an_address(
    config: dict[str, Any], outside: httpx.Client, anybody: Any, name: str, value: str
) -> None:
    email = new_address()
    visitor = {
        "ClientId": config["userPoolClientId"],
        "Username": email,
        "Password": new_password(),
        "ValidationData": attributes(**{name: value}),
        "ClientMetadata": {name: value},
    }

    with pytest.raises(ClientError) as refused:
        anybody.sign_up(**visitor, UserAttributes=attributes(email=email, **{name: value}))

    assert refused.value.response["Error"]["Code"] in (
        "NotAuthorizedException",
        "InvalidParameterException",
    )
    sign_up(config, email, visitor["Password"])  # nothing is left of the attempt
    anybody.confirm_sign_up(
        ClientId=visitor["ClientId"],
        Username=email,
        ConfirmationCode=code_for(outside, email),
        ClientMetadata={name: value},
    )
    tokens = sign_in_by_srp(config, email, visitor["Password"])
    assert set(said(tokens)) == CLAIMS
    assert said(tokens)["cognito:groups"] == ["customers"]
    anybody.delete_user(AccessToken=tokens.access_token)


@pytest.mark.parametrize(("name", "value"), WANTED.items())
def test_nobody_changes_their_attributes_to_be_more(
    config: dict[str, Any],
    identity: httpx.Client,
    catalog: httpx.Client,
    anybody: Any,
    somebody: Account,
    name: str,
    value: str,
) -> None:
    tokens = sign_in_by_srp(config, somebody.email, somebody.password)

    with pytest.raises(ClientError):
        anybody.update_user_attributes(
            AccessToken=tokens.access_token, UserAttributes=attributes(**{name: value})
        )
    with pytest.raises(ClientError):
        anybody.delete_user_attributes(AccessToken=tokens.access_token, UserAttributeNames=[name])

    after = sign_in_by_srp(config, somebody.email, somebody.password)
    assert said(after) == said(tokens)
    assert may(identity, catalog, after) == (403, 403)


def test_a_first_password_brings_nothing_else(
    platform: dict[str, Any], config: dict[str, Any], anybody: Any
) -> None:
    email, first, own = new_address(), new_password(), new_password()
    invited = {"UserPoolId": config["userPoolId"], "Username": email}
    pool = aws(platform, "cognito-idp")
    pool.admin_create_user(**invited, TemporaryPassword=first, MessageAction="SUPPRESS")
    challenge = anybody.initiate_auth(
        ClientId=config["userPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": first},
    )

    for name, value in {**WANTED, "email": new_address()}.items():
        with pytest.raises(ClientError):
            anybody.respond_to_auth_challenge(
                ClientId=config["userPoolClientId"],
                ChallengeName="NEW_PASSWORD_REQUIRED",
                Session=challenge["Session"],
                ChallengeResponses={
                    "USERNAME": email,
                    "NEW_PASSWORD": own,
                    f"userAttributes.{name}": value,
                },
            )

    pool.admin_delete_user(**invited)


def test_no_operation_gives_a_customer_more(
    config: dict[str, Any],
    identity: httpx.Client,
    catalog: httpx.Client,
    anybody: Any,
    administrator: Tokens,
    somebody: Account,
) -> None:
    tokens = sign_in_by_srp(config, somebody.email, somebody.password)
    before = said(tokens)
    known = known_values(config, somebody, tokens)
    model = anybody.meta.service_model
    signed = {
        name for name in model.operation_names if model.operation_model(name).auth_type != "none"
    }
    refused = set()

    for operation in set(model.operation_names) - ENDING:
        request = filled(model.operation_model(operation).input_shape, known)
        try:
            getattr(anybody, xform_name(operation))(**request)
        except ClientError:
            refused.add(operation)

    assert "AdminAddUserToGroup" in signed <= refused
    for after in (
        refresh(identity, tokens),
        sign_in_by_srp(config, somebody.email, somebody.password),
    ):
        assert said(after) == before
        assert may(identity, catalog, after) == (403, 403)
    assert identity.get("/users", headers=bearer(administrator.id_token)).status_code == 200


def known_values(config: dict[str, Any], account: Account, tokens: Tokens) -> dict[str, Any]:
    """Return what to give to members of requests by these names."""
    return {
        "UserPoolId": config["userPoolId"],
        "ClientId": config["userPoolClientId"],
        "Username": account.email,
        "AccessToken": tokens.access_token,
        "RefreshToken": tokens.refresh_token,
        "GroupName": "administrators",
        "Password": account.password,
        "PreviousPassword": account.password,
        "ProposedPassword": account.password,
        "UserAttributes": attributes(**WANTED),
        "UserAttributeNames": list(WANTED),
        "ClientMetadata": WANTED,
        "ValidationData": attributes(**WANTED),
        "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": {"USERNAME": account.email, "PASSWORD": account.password, **WANTED},
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ChallengeResponses": {
            "USERNAME": account.email,
            "NEW_PASSWORD": account.password,
            **{f"userAttributes.{name}": value for name, value in WANTED.items()},
        },
    }


def filled(shape: Shape, known: dict[str, Any]) -> Any:
    """Return something that fits a shape, made of what is known and of what comes to hand."""
    if isinstance(shape, StructureShape):
        needed = set(shape.required_members) | (set(known) & set(shape.members))
        return {
            name: known.get(name, filled(member, known))
            for name, member in shape.members.items()
            if name in needed
        }
    if isinstance(shape, ListShape):
        return [filled(shape.member, known)]
    if isinstance(shape, MapShape):
        return {"key": filled(shape.value, known)}
    by_type: dict[str, Any] = {"boolean": True, "integer": 1, "long": 1, "blob": b"x"}
    if shape.type_name == "timestamp":
        return 1_800_000_000
    enum = getattr(shape, "enum", None)
    return by_type.get(shape.type_name, enum[0] if enum else "x" * 30)
