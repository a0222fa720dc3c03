"""Somebody of whom every microservice keeps something, and what is left of them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims, grant
from tests.e2e.conftest import (
    Account,
    Tokens,
    aws,
    bearer,
    make_account,
    new_address,
    sign_in_by_srp,
)
from tests.e2e.routes import bought_voucher, own_meters_readings
from tests.e2e.uploading import Uploader, half_hours, post
from tests.waiting import eventually

PHONE = "+441632960961"
PRIVACY = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
STAYS = set(re.findall(r"^\| `(\w+)` ", PRIVACY.partition("### What stays")[2], re.MULTILINE))
LEFT = STAYS - {"pdf"}
"""Kinds of items that stay of who is gone, without a name and an address in them."""
Items = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of whom every microservice keeps something.

    :param voucher: where the API shows what they have bought.
    :param texts: what nobody may find any more once they are gone.
    """

    account: Account
    tokens: Tokens
    voucher: str
    texts: tuple[str, ...]


@pytest.fixture(scope="module")
def tables(platform: dict[str, Any]) -> Callable[[], dict[str, Items]]:
    """Return what reads all that the whole stage has in tables."""
    dynamodb = aws(platform, "dynamodb")

    def everything() -> dict[str, Items]:
        names = [n for page in dynamodb.get_paginator("list_tables").paginate() for n in page["TableNames"]]  # fmt: skip  # noqa: E501
        pages = dynamodb.get_paginator("scan").paginate
        return {
            name: [item for page in pages(TableName=name) for item in page["Items"]]
            for name in names
        }

    return everything


@pytest.fixture
def person(
    platform: dict[str, Any],
    config: dict[str, Any],
    identity: httpx.Client,
    vouchers: httpx.Client,
    readings: httpx.Client,
    administrator: Tokens,
) -> Callable[[], Person]:
    """Return what makes somebody of whom everybody knows something.

    They have a profile, permissions, a voucher, mailed twice, and a meter with readings of which
    some were rejected.
    """
    pool = aws(platform, "cognito-idp")

    def make() -> Person:
        account = make_account(pool, config["userPoolId"])
        grant(identity, administrator, account.user_id, "read:nothing")
        tokens = sign_in_by_srp(config, account.email, account.password)
        name = new_address().partition("@")[0]
        profile = {"displayName": name, "phone": PHONE, "newsletter": True}
        answer = identity.put("/me", json=profile, headers=bearer(tokens.id_token))
        assert answer.status_code == 200, answer.text
        path = bought_voucher(vouchers, tokens)

        def voucher() -> Any:
            return vouchers.get(path, headers=bearer(tokens.id_token)).json()

        shown = eventually(voucher, until=lambda voucher: voucher["status"] == "MAILED")
        again = {**bearer(tokens.id_token), "Idempotency-Key": path.rsplit("/")[-1]}
        assert vouchers.post(f"{path}/mails", headers=again).status_code == 202
        imported_readings(readings, tokens, administrator)
        texts = (account.email, name, shown["recipientEmail"])
        return Person(account=account, tokens=tokens, voucher=path, texts=texts)

    return make


def imported_readings(readings: httpx.Client, tokens: Tokens, administrator: Tokens) -> None:
    """Let somebody have a meter that is called as they are, and import readings of it."""
    meter = own_meters_readings(readings, tokens, administrator).split("/")[2]
    somebody = Uploader(readings=readings, tokens=tokens, user_id=claims(tokens.id_token)["sub"])
    done = somebody.imported(*half_hours(meter, 3), "nonsense")
    assert (done["accepted"], done["rejected"]) == (3, 1)
    begun = somebody.begin(1)
    assert post(begun["upload"], b"x" * 2).is_error  # is awaited for ever


def files_of(user: str, platform: dict[str, Any]) -> list[str]:
    """Return the keys of all files of the readings that are a user's."""
    s3 = aws(platform, "s3")
    buckets = [b["Name"] for b in s3.list_buckets()["Buckets"] if "readings" in b["Name"]]
    pages = s3.get_paginator("list_objects_v2").paginate
    keys = [
        each["Key"]
        for bucket in buckets
        for page in pages(Bucket=bucket)
        for each in page.get("Contents", [])
    ]
    return [key for key in keys if user in key]


def of(user: str, tables: dict[str, Items]) -> Items:
    """Return the items that say something of a user."""
    return [
        item
        for items in tables.values()
        for item in items
        if user in json.dumps(item, default=repr)
    ]


def about(person: Person, tables: dict[str, Items]) -> Items:
    """Return the items that name a person, by anything but the id, or are theirs alone."""
    return [
        item
        for item in of(person.account.user_id, tables)
        if any(text in json.dumps(item, default=repr) for text in person.texts)
        or item.get("itemId", {"S": ""})["S"].split("#")[0] not in LEFT
    ]
