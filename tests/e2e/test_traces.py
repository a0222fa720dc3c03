"""Of who deletes their account nothing is left anywhere but what docs/privacy.md says."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pypdf
import pytest

from tests.e2e.chatting import talker
from tests.e2e.conftest import aws, bearer
from tests.e2e.leavers import STAYS, Items, Person, person, tables
from tests.waiting import eventually, settled

__all__ = ["person", "tables"]
"""Fixtures."""


@pytest.fixture
def traces(
    platform: dict[str, Any], tables: Callable[[], dict[str, Items]]
) -> Callable[[Person], dict[str, bool]]:
    """Return what finds somebody in all tables, buckets and pools of the stage.

    It returns the kinds of what has their id, or a text of theirs, and whether it has a text.
    """
    s3, cognito_idp = aws(platform, "s3"), aws(platform, "cognito-idp")

    def stored() -> Iterator[tuple[str, str]]:
        for items in tables().values():
            for item in items:
                yield (
                    item.get("itemId", {"S": "item"})["S"].split("#")[0],
                    json.dumps(item, default=repr),
                )
        for bucket in s3.list_buckets()["Buckets"]:
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"])
            for key in [each["Key"] for page in pages for each in page.get("Contents", [])]:
                body = s3.get_object(Bucket=bucket["Name"], Key=key)["Body"].read()
                kind = Path(key).suffix.strip(".") or "object"
                readers = [pypdf.PdfReader(io.BytesIO(body))] if kind == "pdf" else []
                printed = "".join(page.extract_text() for one in readers for page in one.pages)
                yield kind, f"{key} {printed} {body.decode(errors='replace')}"
        for pool in cognito_idp.list_user_pools(MaxResults=60)["UserPools"]:
            pages = cognito_idp.get_paginator("list_users").paginate(UserPoolId=pool["Id"])
            for user in [user for page in pages for user in page["Users"]]:
                yield "user", json.dumps(user, default=str)

    def find(person: Person) -> dict[str, bool]:
        found: dict[str, bool] = {}
        for kind, content in stored():
            is_named = any(text in content for text in person.texts)
            if is_named or person.account.user_id in content:
                found[kind] = found.get(kind, False) or is_named
        return found

    return find


def test_who_deletes_their_account_by_the_api_is_forgotten_at_once_but_for_what_is_documented(
    config: dict[str, Any],
    identity: httpx.Client,
    person: Callable[[], Person],
    traces: Callable[[Person], dict[str, bool]],
) -> None:
    leaver = person()
    name = leaver.texts[1]
    assert talker(config, leaver.account).reply(f"new task: call {name}") == (
        f"Task 1 is open: call {name}"
    )
    before = traces(leaver)
    assert (
        before | dict.fromkeys(["user", "profile", "voucher", "payment", "open", "message"], True)
        == before
    )
    assert {"pdf", "code", "permissions"} <= before.keys()

    answer = identity.delete(
        "/me",
        params={"account": leaver.account.user_id},
        headers=bearer(leaver.tokens.id_token),
    )
    assert answer.status_code == 204, answer.text

    # Nothing sweeps: the event alone tells everybody.
    after = eventually(
        lambda: traces(leaver),
        until=lambda found: found.keys() <= STAYS and not any(found.values()),
    )
    assert after.keys() == STAYS
    assert settled(lambda: traces(leaver)) == after
