"""Who gets the newsletter, and how one click ends it."""

from typing import Any

import httpx
import pytest

from tests.e2e.audience import ask, listed, profiles_table, readers
from tests.e2e.conftest import Account, NewAccount, Tokens, aws, bearer, sign_in_by_srp
from tests.waiting import eventually

CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def reader(
    config: dict[str, Any], identity: httpx.Client, new_account: NewAccount
) -> tuple[Account, Tokens]:
    """Return somebody who has subscribed in their profile."""
    account = new_account("customers")
    tokens = sign_in_by_srp(config, account.email, account.password)
    decide(identity, tokens, newsletter=True)
    return account, tokens


def decide(identity: httpx.Client, tokens: Tokens, *, newsletter: bool) -> None:
    body = {"displayName": "Ada", "newsletter": newsletter}
    answer = identity.put("/me", json=body, headers=bearer(tokens.id_token))
    assert answer.status_code == 200, answer.text


def decided(identity: httpx.Client, tokens: Tokens) -> bool:
    profile: dict[str, Any] = identity.get("/me", headers=bearer(tokens.id_token)).json()
    return bool(profile["newsletter"])


def described(platform: dict[str, Any], user_id: str) -> dict[str, Any]:
    return ask(platform, "DescribeSubscribers", {"userIds": [user_id]})


def link_of(platform: dict[str, Any], user_id: str) -> str:
    (subscriber,) = described(platform, user_id)["subscribers"]
    return str(subscriber["unsubscribeUrl"])


def test_one_click_ends_it_without_signing_in(
    platform: dict[str, Any], identity: httpx.Client, reader: tuple[Account, Tokens]
) -> None:
    account, tokens = reader
    eventually(lambda: account.user_id in listed(platform))
    (subscriber,) = described(platform, account.user_id)["subscribers"]
    assert subscriber["email"] == account.email
    link = subscriber["unsubscribeUrl"]

    page = httpx.get(link)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<form method="post">' in page.text
    assert decided(identity, tokens) is True  # a link that is followed changes nothing

    for _ in range(2):
        answer = httpx.post(link, data=CLICK)
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
    assert decided(identity, tokens) is False
    assert described(platform, account.user_id) == {
        "subscribers": [],
        "others": [{"userId": account.user_id, "reason": "UNSUBSCRIBED"}],
    }
    assert eventually(lambda: account.user_id not in listed(platform))

    decide(identity, tokens, newsletter=True)
    assert link_of(platform, account.user_id) == link


@pytest.mark.parametrize("form", ["urlencoded", "multipart", "empty"])
def test_a_mail_program_may_post_in_each_form(
    platform: dict[str, Any], identity: httpx.Client, reader: tuple[Account, Tokens], form: str
) -> None:
    account, tokens = reader
    link = link_of(platform, account.user_id)
    parts: Any = {"List-Unsubscribe": (None, "One-Click")}

    if form == "urlencoded":
        answer = httpx.post(link, data=CLICK)
    elif form == "multipart":
        answer = httpx.post(link, files=parts)
    else:
        answer = httpx.post(link)

    assert answer.status_code == 200
    assert decided(identity, tokens) is False


def test_what_is_no_link_of_ours_changes_nothing(
    platform: dict[str, Any],
    identity: httpx.Client,
    administrator: Tokens,
    reader: tuple[Account, Tokens],
) -> None:
    account, tokens = reader
    url, _, token = link_of(platform, account.user_id).partition("?token=")
    headers = bearer(administrator.id_token)
    page = identity.get("/users", params={"limit": "1"}, headers=headers)
    of_a_page = page.json()["nextToken"]
    forged = token[:20] + ("A" if token[20] != "A" else "B") + token[21:]

    for wrong in ("", "x", token[:-1], forged, of_a_page):
        for answer in (
            httpx.post(url, params={"token": wrong}, data=CLICK),
            httpx.get(url, params={"token": wrong}),
        ):
            assert answer.status_code == 400, wrong
            assert answer.headers["content-type"] == "application/problem+json"
    assert httpx.post(url, data=CLICK).status_code == 400
    shown = httpx.get(url, params={"token": forged}, headers={"accept": "text/html,*/*;q=0.8"})
    assert shown.status_code == 400
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    answer = identity.get("/users", params={"limit": "1", "nextToken": token}, headers=headers)
    assert answer.status_code == 400
    assert decided(identity, tokens) is True


def test_of_who_is_gone_nothing_is_made_by_their_link(
    platform: dict[str, Any], config: dict[str, Any]
) -> None:
    with readers(platform, config, 1) as (gone,):
        link = link_of(platform, gone.user_id)

    assert httpx.post(link, data=CLICK).status_code == 200

    assert described(platform, gone.user_id)["others"] == [
        {"userId": gone.user_id, "reason": "DELETED"}
    ]
    items = aws(platform, "dynamodb").query(
        TableName=profiles_table(platform),
        KeyConditionExpression="userId = :user",
        ExpressionAttributeValues={":user": {"S": gone.user_id}},
    )["Items"]
    assert items == []


def test_an_audience_is_listed_page_by_page(
    platform: dict[str, Any], config: dict[str, Any]
) -> None:
    with (
        readers(platform, config, 130) as subscribed,
        readers(platform, config, 20, newsletter=False) as others,
    ):
        expected = {one.user_id for one in subscribed}
        found = eventually(
            lambda: listed(platform, limit=50), until=lambda ids: expected <= set(ids)
        )

        assert len(found) == len(set(found))
        assert not {one.user_id for one in others} & set(found)
        answer = ask(
            platform, "DescribeSubscribers", {"userIds": [one.user_id for one in subscribed[:100]]}
        )
        assert [(one["userId"], one["email"]) for one in answer["subscribers"]] == [
            (one.user_id, one.email) for one in subscribed[:100]
        ]
        assert len({one["unsubscribeUrl"] for one in answer["subscribers"]}) == 100
