"""What accounts may do, what their tokens say, and what the bus tells of them."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from blockwork.deployed import THIS_MACHINE, DeployedStage
from blockwork.events.replay import event_bus, name_of
from blockwork.events.tap import Tap
from tests.e2e.conftest import IssuedTokens, NewAccount, Tokens, bearer, cognito, sign_in_by_srp
from tests.waiting import eventually, settled

CODE = re.compile(r"\b\d{6}\b")


def claims(token: str) -> dict[str, Any]:
    """Return what a token says, unverified."""
    payload = token.split(".")[1]
    content: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return content


def refresh(identity: httpx.Client, tokens: Tokens) -> Tokens:
    """Return new tokens, without a password."""
    answer = identity.post("/tokens/refresh", json={"refreshToken": tokens.refresh_token})
    assert answer.status_code == 200, answer.text
    new = answer.json()
    return IssuedTokens(
        id_token=new["idToken"],
        access_token=new["accessToken"],
        refresh_token=tokens.refresh_token,
    )


def permissions(compact: Iterable[str]) -> list[dict[str, str]]:
    """Return permissions as the API has them, from `action:resource` each."""
    pairs = (form.split(":", 1) for form in compact)
    return [{"action": action, "resource": resource} for action, resource in pairs]


def put_permissions(
    identity: httpx.Client, granter: Tokens, user_id: str, compact: Iterable[str]
) -> httpx.Response:
    """Ask for a user to have exactly these permissions."""
    return identity.put(
        f"/users/{user_id}/permissions",
        json=permissions(compact),
        headers=bearer(granter.id_token),
    )


def grant(identity: httpx.Client, granter: Tokens, user_id: str, *compact: str) -> None:
    """Give a user exactly these permissions, from the next token on."""
    answer = put_permissions(identity, granter, user_id, compact)
    assert answer.status_code == 200, answer.text


Holder = Callable[[frozenset[str]], Tokens]


def signing_in_with(
    config: dict[str, Any], identity: httpx.Client, granter: Tokens, new_account: NewAccount
) -> Holder:
    """Return what signs in somebody, a member of no group, who has exactly these permissions."""

    @cache
    def sign_in_with(permissions: frozenset[str]) -> Tokens:
        account = new_account()
        if permissions:
            grant(identity, granter, account.user_id, *sorted(permissions))
        return sign_in_by_srp(config, account.email, account.password)

    return sign_in_with


class OnceTap(Tap):
    """A tap that tells each fact once, by its id, as consumers must: the bus may tell it again."""

    def __init__(self, *place: Any, **settings: Any) -> None:
        super().__init__(*place, **settings)
        self._told: set[str] = set()

    def events(self, seconds: float) -> Iterator[dict[str, Any]]:
        """Wait for events for so long, and give each that tells something new."""
        for event in super().events(seconds):
            fact = event["detail"]["metadata"]["id"]
            if fact not in self._told:
                self._told.add(fact)
                yield event


def tap(platform: dict[str, Any], *detail_types: str) -> Tap:
    """Return a tap on the stage's bus, for an hour."""
    stage = DeployedStage(THIS_MACHINE, Path(platform["directory"]))
    pattern = {"detail-type": list(detail_types)}
    return OnceTap(stage, name_of(event_bus(stage)), pattern, seconds=3600)


def events_of(tapped: Tap, user_id: str, *, count: int) -> list[str]:
    """Wait for so many events about a user and a moment for more; return their types."""
    types: list[str] = []

    def heard() -> int:
        for event in tapped.events(1):
            if event["detail"]["data"]["userId"] == user_id:
                types.append(event["detail-type"])
        return len(types)

    eventually(heard, until=lambda number: number >= count)
    settled(heard)
    return types


def sign_up(config: dict[str, Any], email: str, password: str) -> str:
    """Ask for an account, and return its user id; a code is on its way."""
    answer = cognito(config).sign_up(
        ClientId=config["userPoolClientId"],
        Username=email,
        Password=password,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    return str(answer["UserSub"])


def confirm(config: dict[str, Any], email: str, code: str) -> None:
    """Prove by a mailed code that the address is one's own."""
    cognito(config).confirm_sign_up(
        ClientId=config["userPoolClientId"], Username=email, ConfirmationCode=code
    )


def mails_to(outside: httpx.Client, email: str) -> list[str]:
    """Return the texts of all mails to an address, the oldest first."""
    return [mail["text"] for mail in outside.get("/mails").json() if email in mail["to"]]


def code_for(outside: httpx.Client, email: str, *, number: int = 1) -> str:
    """Wait for so many mails with a code, and return the last one's."""

    def codes() -> list[str]:
        return [code for text in mails_to(outside, email) for code in CODE.findall(text)]

    return eventually(codes, until=lambda found: len(found) >= number)[-1]
