"""Who deletes their account, or has it deleted, is forgotten by every microservice."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.e2e.accounts import events_of, tap
from tests.e2e.conftest import (
    aws,
    bearer,
    cognito,
    function_name,
    sign_in_by_srp,
)
from tests.e2e.leavers import LEFT, Items, Person, about, files_of, of, person, tables
from tests.e2e.sockets import connected, ticket_for
from tests.waiting import eventually, settled

__all__ = ["person", "tables"]
"""Fixtures."""


@pytest.fixture
def sweep(platform: dict[str, Any]) -> Callable[..., None]:
    """Return what runs the nightly sweep now, as EventBridge Scheduler does."""
    functions = aws(platform, "lambda")
    name = function_name(platform, "Local-Identity", "FindGoneUsers")

    def run(*, days: int = 0) -> None:
        night = datetime.now(UTC) + timedelta(days=days)
        answer = functions.invoke(
            FunctionName=name,
            Payload=json.dumps({"id": f"night-{days}", "time": night.isoformat()}),
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    return run


def delete_account(config: dict[str, Any], person: Person) -> None:
    cognito(config).delete_user(AccessToken=person.tokens.access_token)


@pytest.fixture(params=["by themselves", "by an administrator"])
def delete(
    request: pytest.FixtureRequest, platform: dict[str, Any], config: dict[str, Any]
) -> Callable[[Person], None]:
    """Return what deletes somebody's account."""

    def run(person: Person) -> None:
        if request.param == "by themselves":
            delete_account(config, person)
        else:
            aws(platform, "cognito-idp").admin_delete_user(
                UserPoolId=config["userPoolId"], Username=person.account.email
            )

    return run


@pytest.fixture
def neighbour(
    platform: dict[str, Any], config: dict[str, Any], person: Callable[[], Person]
) -> Iterator[Person]:
    """Return somebody who stays."""
    somebody = person()
    yield somebody
    aws(platform, "cognito-idp").admin_delete_user(
        UserPoolId=config["userPoolId"], Username=somebody.account.email
    )


def test_of_who_is_deleted_nothing_personal_stays_and_nobody_else_is_touched(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    tables: Callable[[], dict[str, Items]],
    person: Callable[[], Person],
    neighbour: Person,
    delete: Callable[[Person], None],
    sweep: Callable[..., None],
) -> None:
    leaver = person()
    with connected(config, f"ticket={ticket_for(identity, leaver.tokens)}"):
        settled(lambda: len(of(leaver.account.user_id, tables())))
        before = tables()
        kinds = {
            item.get("itemId", {"S": "-"})["S"].split("#")[0] for item in about(leaver, before)
        }
        assert {"profile", "permissions", "voucher", "payment", "key"} <= kinds
        assert {"connection", "message", "counter", "seen"} <= kinds
        assert {"import", "range", "-"} <= kinds
        assert len(files_of(leaver.account.user_id, platform)) == 1
        of_neighbour = of(neighbour.account.user_id, before)

        sweep()
        assert settled(lambda: of(leaver.account.user_id, tables())) == of(
            leaver.account.user_id, before
        )  # who is there is not gone

        delete(leaver)
        sweep()
        eventually(lambda: about(leaver, tables()), until=lambda items: not items)

    after = tables()
    assert settled(lambda: about(leaver, tables())) == []
    left = of(leaver.account.user_id, after)
    assert {item["itemId"]["S"].split("#")[0] for item in left} == LEFT
    assert of(neighbour.account.user_id, after) == of_neighbour
    assert files_of(leaver.account.user_id, platform) == []
    assert len(files_of(neighbour.account.user_id, platform)) == 1
    money = {
        item["itemId"]["S"]: item["amount"]["S"]
        for item in left
        if item["itemId"]["S"].startswith(("voucher#", "payment#"))
    }
    assert list(money.values()) == ["10.00", "10.00"]


def test_what_comes_late_is_forgotten_on_another_night_and_then_even_the_mark(
    config: dict[str, Any],
    identity: httpx.Client,
    tables: Callable[[], dict[str, Items]],
    person: Callable[[], Person],
    sweep: Callable[..., None],
) -> None:
    leaver = person()
    delete_account(config, leaver)
    sweep()
    eventually(lambda: about(leaver, tables()), until=lambda items: not items)

    # The ID token is good for 15 minutes, whoever has deleted the account.
    answer = identity.put(
        "/me", json={"displayName": leaver.texts[1]}, headers=bearer(leaver.tokens.id_token)
    )
    assert answer.status_code == 200
    assert about(leaver, tables()) != []
    sweep(days=1)
    eventually(lambda: about(leaver, tables()), until=lambda items: not items)

    def marks() -> Items:
        return [
            item
            for item in of(leaver.account.user_id, tables())
            if item["itemId"]["S"] == "deleted"
        ]

    assert len(settled(marks)) == 1
    sweep(days=17)
    eventually(marks, until=lambda items: not items)


def test_every_service_is_told(
    platform: dict[str, Any],
    config: dict[str, Any],
    person: Callable[[], Person],
    sweep: Callable[..., None],
) -> None:
    leaver = person()
    with tap(platform, "UserDeleted", "PermissionsChanged") as heard:
        delete_account(config, leaver)
        sweep()

        assert events_of(heard, leaver.account.user_id, count=1) == ["UserDeleted"]


def test_who_is_deleted_gets_no_new_token(
    config: dict[str, Any], identity: httpx.Client, person: Callable[[], Person]
) -> None:
    leaver = person()
    delete_account(config, leaver)

    answer = identity.post("/tokens/refresh", json={"refreshToken": leaver.tokens.refresh_token})
    assert answer.status_code == 401, answer.text
    with pytest.raises(ClientError, match=r"UserNotFound|NotAuthorized"):
        sign_in_by_srp(config, leaver.account.email, leaver.account.password)
