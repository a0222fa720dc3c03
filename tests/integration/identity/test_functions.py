"""The functions as Lambda calls them, on tables and a user pool."""

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from identity.adapters.ticket_table import TicketTable
from identity.adapters.token_issuer import CognitoTokenIssuer
from identity.adapters.user_pool import UserPool
from identity.adapters.user_table import UserTable
from identity.domain.directory import UnknownUserError
from identity.domain.granting import TooManyPermissionsError
from identity.handlers.create_ticket import create_ticket
from identity.handlers.get_permissions import get_permissions
from identity.handlers.get_profile import get_profile
from identity.handlers.list_users import list_users
from identity.handlers.post_confirmation import post_confirmation
from identity.handlers.pre_token_generation import pre_token_generation
from identity.handlers.publish_changes import publish_changes
from identity.handlers.refresh_tokens import refresh_tokens
from identity.handlers.replace_permissions import replace_permissions
from identity.handlers.replace_profile import replace_profile
from identity.handlers.trigger import trigger_handler
from shared.events import PermissionsChanged, UserSignedUp

from blockwork.runtime.consuming import consume_stream
from blockwork.runtime.http import http_handler
from blockwork.runtime.records import TableChange
from tests.integration.identity.people import People
from tests.unit.blockwork.runtime.fakes import KnownKey, ParkedRecords, PublishedEvents
from tests.unit.lambda_src.events import CONTEXT, body_of, event
from tests.unit.lambda_src.identity.samples import claims, trigger_event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Handler = Callable[[dict[str, Any], LambdaContext], Any]


class Platform:
    """The functions, and what carries the news from one to the next."""

    def __init__(self, client: "DynamoDBClient", people: People) -> None:
        self._client = client
        self._people = people
        self._items: dict[tuple[str, str], Any] = {}
        self._parking = ParkedRecords()

    def confirm(self, user_id: str, email: str) -> None:
        handler = trigger_handler(post_confirmation, profiles=UserTable.for_trigger)
        event = trigger_event("PostConfirmation_ConfirmSignUp", sub=user_id, email=email)
        handler(event | {"userPoolId": self._people.pool_id, "userName": user_id}, CONTEXT)

    def token(self, user_id: str, email: str, *groups: str) -> dict[str, Any]:
        """Return the claims that somebody's next token has."""
        handler = trigger_handler(
            pre_token_generation, accounts=UserTable.for_trigger, blocked_domains=frozenset
        )
        asked = trigger_event("TokenGeneration_RefreshTokens", sub=user_id, email=email)
        asked["request"]["groupConfiguration"] = {"groupsToOverride": list(groups)}
        details = handler(asked, CONTEXT)["response"]["claimsOverrideDetails"]
        said: dict[str, Any] = details.get("claimsToAddOrOverride", {})
        return claims(user_id=user_id, email=email) | {"permissions": ""} | said

    def tell(self) -> list[Any]:
        """Hand on what has changed since the last time, and return what was published."""
        events = PublishedEvents()
        handler = consume_stream(
            TableChange, publish_changes, parking=lambda: self._parking, events=lambda: events
        )
        assert handler({"Records": self._records()}, CONTEXT) == {"batchItemFailures": []}
        assert self._parking.parked == []
        return [envelope.data for envelope in events.published]

    def _records(self) -> list[dict[str, Any]]:
        """Return what a stream would say."""
        items = {
            (item["userId"]["S"], item["itemId"]["S"]): item
            for item in self._client.scan(TableName="users")["Items"]
        }
        before, self._items = self._items, items
        return [
            {
                "eventID": f"change-{number}",
                "eventName": "MODIFY" if key in before else "INSERT",
                "dynamodb": {
                    "ApproximateCreationDateTime": 0.0,
                    "SequenceNumber": str(number),
                    "OldImage": before.get(key),
                    "NewImage": item,
                },
            }
            for number, (key, item) in enumerate(items.items())
            if item != before.get(key)
        ]


def call(handler: Handler, by: dict[str, Any], body: object = None, **path: str) -> dict[str, Any]:
    sent = None if body is None else json.dumps(body)
    answer: dict[str, Any] = handler(event(path=path, body=sent, claims=by), CONTEXT)
    return answer


@pytest.fixture
def platform(client: "DynamoDBClient", people: People) -> Platform:
    return Platform(client, people)


def test_from_sign_up_to_a_profile_of_ones_own(platform: Platform, people: People) -> None:
    user_id = people.add("ada@example.com")
    platform.confirm(user_id, "ada@example.com")
    assert platform.tell() == [UserSignedUp(user_id=user_id, email="ada@example.com")]
    ada = platform.token(user_id, "ada@example.com")
    get = http_handler(get_profile, profiles=UserTable.from_environment)
    put = http_handler(replace_profile, profiles=UserTable.from_environment)

    written = call(put, ada, {"displayName": "Ada", "phone": "+441632960961", "newsletter": True})

    assert written["statusCode"] == 200
    assert body_of(written)["displayName"] == "Ada"
    assert call(get, ada)["body"] == written["body"]
    assert platform.tell() == []


def test_who_was_invited_is_told_of_at_the_first_sign_in_and_never_again(
    platform: Platform,
) -> None:
    told = []
    for _ in range(3):
        platform.token("user-2", "ada@example.com")
        told += platform.tell()

    assert told == [UserSignedUp(user_id="user-2", email="ada@example.com")]


def test_from_a_grant_to_the_token_and_to_the_news(platform: Platform, people: People) -> None:
    ada = people.add("ada@example.com")
    granter = platform.token("user-1", "eve@example.com", "administrators")
    platform.token(ada, "ada@example.com")
    platform.tell()
    tools: dict[str, Any] = {
        "errors": {UnknownUserError: 404, TooManyPermissionsError: 422},
        "directory": UserPool.from_environment,
        "grants": UserTable.from_environment,
    }
    get = http_handler(get_permissions, **tools)
    put = http_handler(replace_permissions, **tools)
    write = [{"action": "write", "resource": "products"}]

    assert body_of(call(get, granter, userId=ada)) == []
    granted = call(put, granter, write * 2, userId=ada)
    assert (granted["statusCode"], body_of(granted)) == (200, write)
    assert platform.tell() == [PermissionsChanged(user_id=ada)]
    assert platform.token(ada, "ada@example.com")["permissions"] == "write:products"

    assert call(put, granter, write, userId=ada)["statusCode"] == 200
    too_many = [{"action": "write", "resource": f"{n:03}-{'x' * 90}"} for n in range(500)]
    assert call(put, granter, too_many, userId=ada)["statusCode"] == 422
    assert call(put, granter, write, userId="nobody")["statusCode"] == 404
    customer = platform.token(ada, "ada@example.com", "customers")
    assert call(put, customer, [], userId=ada)["statusCode"] == 403
    assert platform.tell() == []
    assert body_of(call(get, granter, userId=ada)) == write

    assert call(put, granter, [], userId=ada)["statusCode"] == 200
    assert platform.tell() == [PermissionsChanged(user_id=ada)]
    assert platform.token(ada, "ada@example.com")["permissions"] == ""


def test_an_administrator_sees_everybody_page_by_page(platform: Platform, people: People) -> None:
    expected = {people.add(f"user-{number}@example.com", "customers") for number in range(5)}
    administrator = platform.token("user-1", "eve@example.com", "administrators")
    handler = http_handler(list_users, directory=UserPool.from_environment, signer=KnownKey)

    seen: list[str] = []
    query = {"limit": "2"}
    for _ in range(4):
        page = body_of(handler(event(query=query, claims=administrator), CONTEXT))
        seen += [user["userId"] for user in page["users"]]
        if "nextToken" not in page:
            break
        query = {"limit": "2", "nextToken": page["nextToken"]}

    assert (len(seen), set(seen)) == (5, expected)


def test_the_ticket_that_is_given_is_the_one_whose_hash_is_kept(
    platform: Platform, client: "DynamoDBClient"
) -> None:
    handler = http_handler(create_ticket, tickets=TicketTable.from_environment)

    ticket = body_of(call(handler, claims(user_id="user-2")))["ticket"]

    (kept,) = client.scan(TableName="tickets")["Items"]
    assert kept["userId"] == {"S": "user-2"}
    assert kept["ticketHash"] == {"S": hashlib.sha256(ticket.encode()).hexdigest()}
    assert ticket not in json.dumps(kept)


def test_new_tokens_come_without_signing_in_again(people: People) -> None:
    people.add("ada@example.com")
    first = people.sign_in("ada@example.com")
    handler = http_handler(refresh_tokens, issuer=CognitoTokenIssuer.from_environment)

    answer = call(handler, {}, {"refreshToken": first["RefreshToken"]})

    assert answer["statusCode"] == 200
    assert body_of(answer).keys() == {"idToken", "accessToken", "expiresIn"}
