"""What users are called: in any case, and nobody by the name of somebody else."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, Post, user_pool
from tests.emulator.support import Aws

ANY_CASE = {"UsernameConfiguration": {"CaseSensitive": False}}
BY_ALIAS: dict[str, Any] = {"UsernameAttributes": [], "AliasAttributes": ["email"]}


def deployed(aws: Aws, stack: str, **properties: Any) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy(stack, user_pool(**properties), **outputs))


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    return deployed(aws, "any-case", **ANY_CASE)


@pytest.fixture(scope="module")
def aliased(aws: Aws) -> People:
    return deployed(aws, "aliases", **ANY_CASE, **BY_ALIAS)


@pytest.fixture
def post(aws: Aws, http: httpx.Client) -> Post:
    return Post(aws, http)


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return str(refused.value.response["Error"]["Code"])


def test_an_address_in_another_case_is_the_same_user_in_every_call(people: People) -> None:
    sub = people.invite("Ada.Lovelace@Example.com")
    other = {"UserPoolId": people.pool, "Username": "ada.lovelace@example.COM"}
    people.cognito.create_group(UserPoolId=people.pool, GroupName="readers")

    people.cognito.admin_add_user_to_group(**other, GroupName="readers")
    people.cognito.admin_update_user_attributes(
        **other, UserAttributes=[{"Name": "name", "Value": "Ada"}]
    )

    user = people.cognito.admin_get_user(**other)
    assert user["Username"] == sub
    assert {"Name": "email", "Value": "Ada.Lovelace@Example.com"} in user["UserAttributes"]
    groups = people.cognito.admin_list_groups_for_user(**other)["Groups"]
    assert [group["GroupName"] for group in groups] == ["readers"]
    for condition in ('email = "ada.lovelace@example.com"', 'email ^= "ADA."'):
        users = people.cognito.list_users(UserPoolId=people.pool, Filter=condition)["Users"]
        assert [one["Username"] for one in users] == [sub]
    for way in (people.sign_in, people.prove):
        assert way("ADA.LOVELACE@example.com")["AuthenticationResult"]["IdToken"]


def test_nobody_signs_up_with_an_address_that_is_there_in_another_case(people: People) -> None:
    people.invite("bea@example.com")

    with pytest.raises(ClientError) as signed_up:
        people.sign_up("BEA@example.com")
    with pytest.raises(ClientError) as invited:
        people.invite("Bea@Example.com")

    assert [code_of(signed_up), code_of(invited)] == ["UsernameExistsException"] * 2


def test_codes_work_for_an_address_in_another_case(people: People, post: Post) -> None:
    people.sign_up("Cem@example.com")
    [code] = post.codes("Cem@example.com")
    who = {"ClientId": people.client_id, "Username": "cem@EXAMPLE.com"}
    people.cognito.confirm_sign_up(**who, ConfirmationCode=code)
    people.cognito.forgot_password(**who)
    again = post.codes("Cem@example.com", count=2)[1]

    people.cognito.confirm_forgot_password(**who, ConfirmationCode=again, Password=PASSWORD)

    assert people.prove("cem@example.com")["AuthenticationResult"]["IdToken"]


def test_who_is_deleted_is_gone_in_every_case(people: People) -> None:
    people.invite("dee@example.com")

    people.cognito.admin_delete_user(UserPoolId=people.pool, Username="DEE@example.com")

    assert people.sign_up("Dee@example.com")["UserConfirmed"] is False


def test_a_pool_that_is_case_sensitive_knows_two_users(aws: Aws) -> None:
    people = deployed(aws, "every-case")
    people.invite("Ada@example.com")

    with pytest.raises(ClientError, match="Incorrect username or password"):
        people.sign_in("ada@example.com")
    people.invite("ada@example.com")

    assert people.sign_in("ada@example.com")["AuthenticationResult"]


def test_a_user_name_in_another_case_is_the_same_user(aliased: People) -> None:
    user = {"Password": PASSWORD, "UserAttributes": [{"Name": "email", "Value": "a@example.com"}]}
    aliased.cognito.sign_up(ClientId=aliased.client_id, Username="Ada", **user)
    aliased.cognito.admin_confirm_sign_up(UserPoolId=aliased.pool, Username="ADA")

    with pytest.raises(ClientError) as again:
        aliased.cognito.sign_up(ClientId=aliased.client_id, Username="aDA", **user)

    assert code_of(again) == "UsernameExistsException"
    for way in (aliased.sign_in, aliased.prove):
        assert way("ada")["AuthenticationResult"]["IdToken"]


def test_an_alias_is_one_users_until_another_one_takes_it_over(aliased: People, post: Post) -> None:
    email = [{"Name": "email", "Value": "shared@example.com"}]
    codes: list[str] = []
    for name in ("first", "second"):
        aliased.cognito.sign_up(
            ClientId=aliased.client_id, Username=name, Password=PASSWORD, UserAttributes=email
        )
        codes = post.codes("shared@example.com", count=len(codes) + 1)
    confirm: Callable[..., Any] = aliased.cognito.confirm_sign_up
    client = {"ClientId": aliased.client_id}
    confirm(**client, Username="first", ConfirmationCode=codes[0])

    with pytest.raises(ClientError) as taken:
        confirm(**client, Username="second", ConfirmationCode=codes[1])
    before = aliased.cognito.admin_get_user(UserPoolId=aliased.pool, Username="SHARED@example.com")
    confirm(**client, Username="second", ConfirmationCode=codes[1], ForceAliasCreation=True)
    after = aliased.cognito.admin_get_user(UserPoolId=aliased.pool, Username="Shared@example.com")

    assert code_of(taken) == "AliasExistsException"
    assert (before["Username"], after["Username"]) == ("first", "second")
