"""The directory of users, and their tokens, against Cognito's API."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from identity.adapters.token_issuer import CognitoTokenIssuer
from identity.adapters.user_pool import QUESTIONS_AT_ONCE, UserPool
from identity.domain.directory import DirectoryBusyError, InvalidPageError, UnknownUserError
from identity.domain.sessions import RefreshToken, SessionEndedError

from tests.integration.identity.people import People

ONE_TRY = Config(retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture
def directory(people: People) -> UserPool:
    return UserPool.from_environment()


def answering(answer: Callable[[str], tuple[int, dict[str, Any]]], config: Config = ONE_TRY) -> Any:
    """Return a client of Cognito that gets an answer of ours to each operation."""
    client = boto3.client("cognito-idp", config=config)

    def answered(request: Any, **_: object) -> Any:
        operation = request.headers["X-Amz-Target"].decode().partition(".")[2]
        status, body = answer(operation)
        raw: Any = BytesIO(json.dumps(body).encode())
        raw.stream = lambda **_: [raw.read()]
        headers: Any = {"content-type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, status, headers, raw)

    client.meta.events.register("before-send.cognito-identity-provider", answered)
    return client


def failing(code: str) -> Any:
    return answering(lambda _: (400, {"__type": code, "message": "no"}))


def test_users_are_listed_with_their_groups(people: People, directory: UserPool) -> None:
    ada = people.add("ada@example.com", "customers", "administrators")
    grace = people.add("grace@example.com")

    users = {user.user_id: user for user in directory.page(limit=60, after=None).users}

    assert users.keys() == {ada, grace}
    assert (users[ada].email, users[ada].groups, users[ada].status) == (
        "ada@example.com",
        ("administrators", "customers"),
        "CONFIRMED",
    )
    assert users[grace].groups == ()


def test_a_user_who_may_not_sign_in_any_more_is_shown_as_such(
    people: People, directory: UserPool
) -> None:
    people.add("ada@example.com")
    people.client.admin_disable_user(UserPoolId=people.pool_id, Username="ada@example.com")

    (user,) = directory.page(limit=1, after=None).users

    assert user.status == "DISABLED"


@pytest.mark.parametrize("limit", [1, 3, 10, 11])
def test_the_pages_hold_every_user_once(people: People, directory: UserPool, limit: int) -> None:
    expected = {people.add(f"user-{number}@example.com") for number in range(10)}

    seen: list[str] = []
    after = None
    for _ in range(12):
        page = directory.page(limit=limit, after=after)
        assert len(page.users) <= limit
        seen += [user.user_id for user in page.users]
        after = page.after
        if after is None:
            break

    assert len(seen) == 10
    assert set(seen) == expected


def test_a_user_is_known_by_the_id_of_their_tokens(people: People, directory: UserPool) -> None:
    ada = people.add("ada@example.com")

    directory.check(ada)
    with pytest.raises(UnknownUserError, match="there is no user nobody"):
        directory.check("nobody")


def test_a_user_who_is_found_on_a_later_page_only_is_found(aws: pytest.MonkeyPatch) -> None:
    pages: list[dict[str, Any]] = [
        {"Users": [], "PaginationToken": "p2"},
        {"Users": [{"Username": "u", "Attributes": []}]},
    ]

    UserPool(answering(lambda _: (200, pages.pop(0))), "pool").check("user-1")

    assert pages == []


def test_a_token_that_cognito_does_not_know_is_refused(aws: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidPageError):
        UserPool(failing("InvalidParameterException"), "pool").page(limit=5, after="invented")


def test_too_many_requests_are_told_apart_from_failures(aws: pytest.MonkeyPatch) -> None:
    busy, broken = failing("TooManyRequestsException"), failing("InternalErrorException")

    with pytest.raises(DirectoryBusyError):
        UserPool(busy, "pool").page(limit=5, after=None)
    with pytest.raises(DirectoryBusyError):
        UserPool(busy, "pool").check("user-1")
    with pytest.raises(DirectoryBusyError):
        CognitoTokenIssuer(busy, "client").refresh(RefreshToken("eyJ.some"))
    for ask in (
        lambda: UserPool(broken, "pool").check("user-1"),
        lambda: CognitoTokenIssuer(broken, "client").refresh(RefreshToken("eyJ.some")),
    ):
        with pytest.raises(ClientError, match="InternalErrorException"):
            ask()


def users(count: int) -> dict[str, Any]:
    return {
        "Users": [
            {
                "Username": f"user-{number}",
                "Attributes": [{"Name": "sub", "Value": f"user-{number}"}],
                "UserStatus": "CONFIRMED",
                "Enabled": True,
            }
            for number in range(count)
        ]
    }


def test_no_more_questions_are_asked_once_there_are_too_many(aws: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(operation: str) -> tuple[int, dict[str, Any]]:
        asked.append(operation)
        if operation == "ListUsers":
            return 200, users(60)
        return 400, {"__type": "TooManyRequestsException", "message": "slow down"}

    with pytest.raises(DirectoryBusyError):
        UserPool(answering(answer), "pool").page(limit=60, after=None)

    assert 1 <= asked.count("AdminListGroupsForUser") <= QUESTIONS_AT_ONCE


def test_who_is_deleted_while_the_page_is_made_is_left_out(aws: pytest.MonkeyPatch) -> None:
    def answer(operation: str) -> tuple[int, dict[str, Any]]:
        if operation == "ListUsers":
            return 200, users(8) | {"PaginationToken": "further"}
        return 400, {"__type": "UserNotFoundException", "message": "gone"}

    page = UserPool(answering(answer), "pool").page(limit=8, after=None)

    assert (page.users, page.after) == ((), "further")


def test_all_groups_of_a_user_are_asked_for(aws: pytest.MonkeyPatch) -> None:
    pages: list[dict[str, Any]] = [
        {"Groups": [{"GroupName": "b"}], "NextToken": "n2"},
        {"Groups": [{"GroupName": "a"}]},
    ]
    pool = answering(
        lambda operation: (200, users(1) if operation == "ListUsers" else pages.pop(0))
    )

    (user,) = UserPool(pool, "pool").page(limit=1, after=None).users

    assert (user.groups, user.email) == (("a", "b"), "")


def test_a_refresh_token_gets_new_tokens_of_the_same_user(people: People) -> None:
    people.add("ada@example.com")
    first = people.sign_in("ada@example.com")

    tokens = CognitoTokenIssuer.from_environment().refresh(RefreshToken(first["RefreshToken"]))

    assert tokens.id_token.count(".") == 2
    assert tokens.expires_in == first["ExpiresIn"]
    shown = people.client.get_user(AccessToken=tokens.access_token)
    assert {"Name": "email", "Value": "ada@example.com"} in shown["UserAttributes"]
    assert tokens.id_token not in repr(tokens)
    assert tokens.access_token not in repr(tokens)


def test_asking_for_tokens_needs_no_credentials(people: People, aws: pytest.MonkeyPatch) -> None:
    people.add("ada@example.com")
    token = RefreshToken(people.sign_in("ada@example.com")["RefreshToken"])
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        aws.delenv(name)

    assert CognitoTokenIssuer.from_environment().refresh(token).id_token


def test_an_invented_or_revoked_refresh_token_ends_the_session(people: People) -> None:
    issuer = CognitoTokenIssuer.from_environment()
    people.add("ada@example.com")
    signed_in = people.sign_in("ada@example.com")
    people.client.global_sign_out(AccessToken=signed_in["AccessToken"])

    for token in ("invented", signed_in["RefreshToken"]):
        with pytest.raises(SessionEndedError):
            issuer.refresh(RefreshToken(token))


@pytest.mark.parametrize(
    "code",
    [
        "NotAuthorizedException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    ],
)
def test_a_user_who_must_sign_in_again_is_told_so(aws: pytest.MonkeyPatch, code: str) -> None:
    with pytest.raises(SessionEndedError):
        CognitoTokenIssuer(failing(code), "client").refresh(RefreshToken("eyJ.some"))
