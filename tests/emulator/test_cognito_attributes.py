"""Which attributes users may have, write and see."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, claims, user_pool
from tests.emulator.support import Aws

SCHEMA = [
    {"Name": "email", "Required": True, "Mutable": True},
    {"Name": "given_name", "Mutable": False},
    {"Name": "office", "AttributeDataType": "String", "Mutable": True},
    {"Name": "level", "AttributeDataType": "Number", "Mutable": True},
    {
        "Name": "badge",
        "AttributeDataType": "String",
        "DeveloperOnlyAttribute": True,
        "Mutable": True,
    },
]
WRITABLE = ["email", "given_name", "nickname", "custom:office"]
READABLE = ["email", "custom:office"]
FORBIDDEN = {
    "permissions": "*:*",
    "custom:permissions": "*:*",
    "custom:level": "9",
    "dev:badge": "7",
    "cognito:groups": "administrators",
    "cognito:username": "root",
    "identities": "[]",
    "name": "Root",
    "email_verified": "true",
    "phone_number_verified": "true",
}


def template(*, write: list[str], read: list[str]) -> dict[str, Any]:
    resources = user_pool(
        Schema=SCHEMA, UsernameConfiguration={"CaseSensitive": False}, AutoVerifiedAttributes=[]
    )
    client = resources["Client"]["Properties"]
    chosen = {"WriteAttributes": write, "ReadAttributes": read}
    client.update({name: value for name, value in chosen.items() if value})
    return resources


def deployed(aws: Aws, stack: str, *, write: list[str], read: list[str]) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy(stack, template(write=write, read=read), **outputs))


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    return deployed(aws, "attributes", write=WRITABLE, read=READABLE)


@pytest.fixture(scope="module")
def unrestricted(aws: Aws) -> People:
    return deployed(aws, "default-attributes", write=[], read=[])


def pairs(**attributes: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def access_of(people: People, email: str) -> dict[str, str]:
    return {"AccessToken": people.sign_in(email)["AuthenticationResult"]["AccessToken"]}


def stored(people: People, email: str) -> dict[str, str]:
    user = people.cognito.admin_get_user(UserPoolId=people.pool, Username=email)
    return {one["Name"]: one["Value"] for one in user["UserAttributes"]}


def error(refused: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    said = refused.value.response["Error"]
    return said["Code"], said["Message"]


@pytest.mark.parametrize(("name", "value"), FORBIDDEN.items())
def test_a_user_writes_only_what_the_client_may(people: People, name: str, value: str) -> None:
    email = f"forbidden-{name.replace(':', '-')}@example.com"
    with pytest.raises(ClientError) as signing_up:
        people.cognito.sign_up(
            ClientId=people.client_id,
            Username=email,
            Password=PASSWORD,
            UserAttributes=pairs(email=email, **{name: value}),
        )
    people.invite(email)
    access = access_of(people, email)
    before = stored(people, email)
    with pytest.raises(ClientError) as updating:
        people.cognito.update_user_attributes(**access, UserAttributes=pairs(**{name: value}))
    with pytest.raises(ClientError) as deleting:
        people.cognito.delete_user_attributes(**access, UserAttributeNames=[name])

    refused = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")
    assert error(signing_up) == error(updating) == error(deleting) == refused
    assert stored(people, email) == before


def test_a_sub_is_never_given_and_never_changed(people: People) -> None:
    people.invite("ada@example.com")
    who = {"UserPoolId": people.pool, "Username": "ada@example.com"}
    new = {"Name": "sub", "Value": "00000000-0000-4000-8000-000000000000"}
    access = access_of(people, "ada@example.com")
    signing = {"ClientId": people.client_id, "Username": "new@example.com", "Password": PASSWORD}

    attempts: list[Callable[[], Any]] = [
        lambda: people.cognito.sign_up(**signing, UserAttributes=[new]),
        lambda: people.cognito.update_user_attributes(**access, UserAttributes=[new]),
        lambda: people.cognito.admin_update_user_attributes(**who, UserAttributes=[new]),
        lambda: people.cognito.admin_delete_user_attributes(**who, UserAttributeNames=["sub"]),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError, match="Cannot modify the non-mutable attribute sub"):
            attempt()


@pytest.mark.parametrize(
    ("attribute", "text"),
    [
        ({"custom:unknown": "x"}, "user.custom:unknown: Attribute does not exist in the schema."),
        ({"office": "x"}, "user.office: Attribute does not exist in the schema."),
        ({"permissions": "*:*"}, "user.permissions: Attribute does not exist in the schema."),
        ({"email": "no address"}, "Invalid email address format."),
        ({"custom:level": "high"}, "Number must be a whole number"),
        ({"custom:office": "x" * 2049}, "String must have"),
        ({"given_name": "Bea"}, "user.given_name: Attribute cannot be updated."),
        ({"email": ""}, "user.email: Attribute is required"),
    ],
)
def test_not_even_an_administrator_writes_what_does_not_fit_the_schema(
    people: People, attribute: dict[str, str], text: str
) -> None:
    email = f"{uuid4().hex}@example.com"
    people.invite(email)
    before = stored(people, email)

    with pytest.raises(ClientError) as refused:
        people.cognito.admin_update_user_attributes(
            UserPoolId=people.pool, Username=email, UserAttributes=pairs(**attribute)
        )

    assert error(refused)[0] == "InvalidParameterException"
    assert text in error(refused)[1]
    assert stored(people, email) == before


def test_what_may_be_written_is_written_and_deleted(people: People) -> None:
    email = "writer@example.com"
    people.cognito.sign_up(
        ClientId=people.client_id,
        Username=email,
        Password=PASSWORD,
        UserAttributes=pairs(given_name="Ada", nickname="a"),
    )
    who = {"UserPoolId": people.pool, "Username": email}
    people.cognito.admin_confirm_sign_up(**who)
    people.cognito.admin_update_user_attributes(
        **who, UserAttributes=pairs(**{"dev:badge": "7", "custom:level": "3", "name": "Ada L"})
    )
    access = access_of(people, email)

    people.cognito.update_user_attributes(
        **access, UserAttributes=pairs(nickname="", **{"custom:office": "London"})
    )

    assert (
        stored(people, email).items()
        >= {
            "email": email,
            "given_name": "Ada",
            "custom:office": "London",
            "dev:badge": "7",
            "custom:level": "3",
        }.items()
    )
    assert "nickname" not in stored(people, email)
    people.cognito.delete_user_attributes(**access, UserAttributeNames=["custom:office"])
    people.cognito.admin_delete_user_attributes(**who, UserAttributeNames=["name"])
    assert {"custom:office", "name"}.isdisjoint(stored(people, email))


def test_what_is_required_must_be_there(aws: Aws) -> None:
    resources = template(write=["email", "family_name"], read=[])
    family = {"Name": "family_name", "Required": True, "Mutable": True}
    resources["Pool"]["Properties"]["Schema"] = [*SCHEMA, family]
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    people = People(aws, aws.deploy("required", resources, **outputs))

    with pytest.raises(ClientError, match="family_name: The attribute is required"):
        people.sign_up("ada@example.com")


def test_a_token_and_its_user_show_what_the_client_may_read(people: People) -> None:
    email = "reader@example.com"
    people.invite(email)
    people.cognito.admin_update_user_attributes(
        UserPoolId=people.pool,
        Username=email,
        UserAttributes=pairs(nickname="r", **{"custom:office": "London", "custom:level": "3"}),
    )
    tokens = people.sign_in(email)["AuthenticationResult"]

    shown = people.cognito.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
    says = claims(tokens["IdToken"])

    assert {one["Name"] for one in shown} == {"sub", "email", "custom:office"}
    assert (says["email"], says["custom:office"]) == (email, "London")
    assert {"nickname", "custom:level", "email_verified"}.isdisjoint(says)


def test_an_address_that_nobody_proved_is_not_called_verified(unrestricted: People) -> None:
    unrestricted.sign_up("unproven@example.com")
    who = {"UserPoolId": unrestricted.pool, "Username": "unproven@example.com"}
    unrestricted.cognito.admin_confirm_sign_up(**who)

    token = unrestricted.sign_in("unproven@example.com")["AuthenticationResult"]["IdToken"]

    assert claims(token)["email_verified"] is False


def test_a_client_that_names_none_writes_the_standard_ones(unrestricted: People) -> None:
    unrestricted.invite("standard@example.com")
    access = access_of(unrestricted, "standard@example.com")

    unrestricted.cognito.update_user_attributes(**access, UserAttributes=pairs(nickname="s"))

    for forbidden in ("email_verified", "custom:office", "dev:badge"):
        with pytest.raises(ClientError, match="unauthorized attribute"):
            unrestricted.cognito.update_user_attributes(
                **access, UserAttributes=pairs(**{forbidden: "true"})
            )
    assert stored(unrestricted, "standard@example.com")["nickname"] == "s"


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"WriteAttributes": ["email", "email_verified"]}, "Invalid write attributes"),
        ({"WriteAttributes": ["email", "permissions"]}, "Invalid write attributes"),
        ({"WriteAttributes": ["nickname"]}, "Invalid write attributes"),
        ({"ReadAttributes": ["permissions"]}, "Invalid read attributes"),
    ],
)
def test_a_client_cannot_be_told_to_write_what_no_client_may(
    people: People, settings: dict[str, list[str]], text: str
) -> None:
    with pytest.raises(ClientError, match=text) as refused:
        people.cognito.create_user_pool_client(
            UserPoolId=people.pool, ClientName="other", **settings
        )

    assert error(refused)[0] == "InvalidParameterException"


def test_with_a_first_password_comes_only_what_may_be_written_and_is_not_there(
    people: People,
) -> None:
    who = {"UserPoolId": people.pool, "Username": "first@example.com"}
    people.cognito.admin_create_user(**who, TemporaryPassword=PASSWORD, MessageAction="SUPPRESS")
    challenge = people.sign_in("first@example.com")
    new = {"USERNAME": "first@example.com", "NEW_PASSWORD": "Another-horse-8"}

    for name, text in (
        ("permissions", "unauthorized attribute"),
        ("email_verified", "unauthorized attribute"),
        ("email", "Cannot modify an already provided email"),
    ):
        with pytest.raises(ClientError, match=text):
            people.respond(
                challenge["ChallengeName"],
                {**new, f"userAttributes.{name}": "other@example.com"},
                challenge["Session"],
            )
    people.respond(
        challenge["ChallengeName"], {**new, "userAttributes.nickname": "f"}, challenge["Session"]
    )

    assert stored(people, "first@example.com")["nickname"] == "f"
    assert stored(people, "first@example.com")["email"] == "first@example.com"
