"""Finding the users of a pool, and what ends a session."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.emulator.people import PASSWORD, People, claims, user_pool
from tests.emulator.support import Aws

MANY = 1000


def deployed(aws: Aws, stack: str) -> People:
    outputs = {"pool": {"Ref": "Pool"}, "client": {"Ref": "Client"}}
    return People(aws, aws.deploy(stack, user_pool(), **outputs))


@pytest.fixture(scope="module")
def people(aws: Aws) -> People:
    return deployed(aws, "users")


@pytest.fixture(scope="module")
def crowd(aws: Aws) -> People:
    crowd = deployed(aws, "crowd")

    def create(number: int) -> None:
        crowd.cognito.admin_create_user(
            UserPoolId=crowd.pool,
            Username=f"user-{number}@example.com",
            TemporaryPassword=PASSWORD,
            MessageAction="SUPPRESS",
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(MANY)))
    return crowd


def test_a_thousand_users_page_completely_without_a_duplicate(crowd: People) -> None:
    emails, pages = [], 0
    request = {"UserPoolId": crowd.pool, "Limit": 60}
    while True:
        page = crowd.cognito.list_users(**request)
        pages += 1
        assert len(page["Users"]) <= 60
        for user in page["Users"]:
            attributes = {one["Name"]: one["Value"] for one in user["Attributes"]}
            assert user["Username"] == attributes["sub"]
            emails.append(attributes["email"])
        if "PaginationToken" not in page:
            break
        request["PaginationToken"] = page["PaginationToken"]

    assert len(emails) == MANY
    assert set(emails) == {f"user-{number}@example.com" for number in range(MANY)}
    assert pages == math.ceil(MANY / 60)


def test_a_user_is_found_by_sub_and_by_address(people: People) -> None:
    sub = people.invite("ada@example.com")
    people.invite("not-ada@example.com")
    group = {"UserPoolId": people.pool, "GroupName": "readers"}
    people.cognito.create_group(**group)
    people.cognito.admin_add_user_to_group(**group, Username=sub)

    for condition in (f'sub = "{sub}"', 'email = "ada@example.com"', 'email ^= "ada@"'):
        users = people.cognito.list_users(UserPoolId=people.pool, Filter=condition)["Users"]
        assert [user["Username"] for user in users] == [sub], condition
    by_sub = {"UserPoolId": people.pool, "Username": sub}
    found = people.cognito.admin_get_user(**by_sub)
    groups = people.cognito.admin_list_groups_for_user(**by_sub)["Groups"]
    assert {"Name": "email", "Value": "ada@example.com"} in found["UserAttributes"]
    assert [one["GroupName"] for one in groups] == ["readers"]


def test_nobody_is_found_by_a_sub_nobody_has(people: People) -> None:
    nobody = {"UserPoolId": people.pool}

    assert people.cognito.list_users(**nobody, Filter='sub = "nobody"')["Users"] == []
    with pytest.raises(people.cognito.exceptions.UserNotFoundException):
        people.cognito.admin_get_user(**nobody, Username="nobody")


@pytest.mark.parametrize("condition", ['sub = "x" or sub ^= ""', 'sub = "x', "sub", 'sub != "x"'])
def test_a_filter_that_cognito_does_not_know_is_refused(people: People, condition: str) -> None:
    with pytest.raises(people.cognito.exceptions.InvalidParameterException):
        people.cognito.list_users(UserPoolId=people.pool, Filter=condition)


def test_a_refresh_token_brings_new_tokens_of_the_same_user_until_it_is_revoked(
    people: People,
) -> None:
    sub = people.invite("bea@example.com")
    tokens = people.sign_in("bea@example.com")["AuthenticationResult"]

    new = people.refresh(tokens["RefreshToken"])
    people.cognito.revoke_token(Token=tokens["RefreshToken"], ClientId=people.client_id)

    assert claims(new["IdToken"])["sub"] == claims(new["AccessToken"])["sub"] == sub
    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.refresh(tokens["RefreshToken"])
    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.refresh("nonsense")
    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.refresh(tokens["AccessToken"])


def test_who_signs_out_everywhere_refreshes_nowhere(people: People) -> None:
    people.invite("cem@example.com")
    here, there = (people.sign_in("cem@example.com")["AuthenticationResult"] for _ in range(2))

    people.cognito.global_sign_out(AccessToken=here["AccessToken"])

    for tokens in (here, there):
        with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
            people.refresh(tokens["RefreshToken"])
    again = people.sign_in("cem@example.com")["AuthenticationResult"]
    assert people.refresh(again["RefreshToken"])["IdToken"]


def test_who_is_disabled_or_gone_gets_no_token_any_more(people: People) -> None:
    people.invite("dee@example.com")
    tokens = people.sign_in("dee@example.com")["AuthenticationResult"]
    dee = {"UserPoolId": people.pool, "Username": "dee@example.com"}

    people.cognito.admin_disable_user(**dee)

    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.refresh(tokens["RefreshToken"])
    for attempt in (people.sign_in, people.prove):
        with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
            attempt("dee@example.com")
    people.cognito.admin_delete_user(**dee)
    with pytest.raises(people.cognito.exceptions.NotAuthorizedException):
        people.refresh(tokens["RefreshToken"])


def test_a_wrong_password_is_refused_by_every_way_to_sign_in(people: People) -> None:
    people.invite("eve@example.com")

    for attempt in (people.sign_in, people.prove):
        with pytest.raises(ClientError, match="Incorrect username or password"):
            attempt("eve@example.com", "Wrong-horse-9")
