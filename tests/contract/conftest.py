"""What needs only a stage's public contract: its website's address, and users of its own.

In `make test` the stage is the tests' own local one; `make verify STAGE=dev` takes a deployed one.
What is made here is removed: users and what is kept of them by the stage's `users`, tariffs here.
Nothing is bought and no campaign is run: on a real stage that takes money, or mails strangers.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest

from blockwork.verification import (
    StageUnderTest,
    TemporaryUser,
    TemporaryUsers,
    stage_under_test,
)
from tests.e2e.accounts import Holder, grant
from tests.e2e.conftest import LastingTokens, Tokens, aws, bearer, sign_in_by_srp
from tests.e2e.routes import MADE_BY_TESTS, MARK

LEFT_BEHIND_AFTER = timedelta(hours=1)


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Iterator[StageUnderTest]:
    """Return the stage that is verified, else the tests' own."""
    if verified := stage_under_test(request.config):
        yield verified
        return
    platform: dict[str, Any] = request.getfixturevalue("platform")
    pool_id = httpx.get(platform["configUrl"]).json()["userPoolId"]
    with TemporaryUsers(aws(platform, "cognito-idp"), pool_id) as users:
        yield StageUnderTest(url=platform["siteUrl"], users=users)


@pytest.fixture(scope="session")
def site_url(stage: StageUnderTest) -> str:
    return stage.url


@pytest.fixture(scope="session")
def config(site_url: str) -> dict[str, Any]:
    content: dict[str, Any] = httpx.get(f"{site_url}/config.json").raise_for_status().json()
    return content


@pytest.fixture(scope="session")
def new_account(stage: StageUnderTest) -> Callable[..., TemporaryUser]:
    """Return what makes an account in some groups; who never signs in has no profile yet."""
    return stage.users.make


@pytest.fixture(scope="session")
def signed_in(config: dict[str, Any], stage: StageUnderTest) -> Callable[..., Tokens]:
    """Return what makes somebody in some groups who has signed in: a mail welcomes each."""

    def make(*groups: str) -> Tokens:
        user = stage.users.make(*groups)
        return LastingTokens(lambda: sign_in_by_srp(config, user.email, user.password))

    return make


@pytest.fixture(scope="session")
def administrator(signed_in: Callable[..., Tokens]) -> Tokens:
    return signed_in("administrators")


@pytest.fixture(scope="session")
def customer(signed_in: Callable[..., Tokens]) -> Tokens:
    return signed_in("customers")


@pytest.fixture(scope="session")
def holder(
    config: dict[str, Any], identity: httpx.Client, administrator: Tokens, stage: StageUnderTest
) -> Holder:
    """Return what gives tokens with exactly these permissions: of one user, as a token keeps them.

    Many users would be many mails of welcome, of which SES sends one a second from its sandbox.
    """
    user = stage.users.make()

    @cache
    def tokens_with(permissions: frozenset[str]) -> Tokens:
        def sign_in() -> Tokens:
            grant(identity, administrator, user.user_id, *sorted(permissions))
            return sign_in_by_srp(config, user.email, user.password)

        return LastingTokens(sign_in)

    return tokens_with


def client_of(service: str) -> Any:
    """Return the fixture that is a client of one of the stage's APIs."""

    @pytest.fixture(scope="session", name=service)
    def client(config: dict[str, Any]) -> Iterator[httpx.Client]:
        with httpx.Client(base_url=config["apis"][service]) as opened:
            yield opened

    return client


forecast, identity, readings, support, vouchers = map(
    client_of, ("forecast", "identity", "readings", "support", "vouchers")
)


@pytest.fixture(scope="session")
def catalog(config: dict[str, Any], administrator: Tokens) -> Iterator[httpx.Client]:
    """Return a client of the catalog, which offers no tariff of a test afterwards."""
    with httpx.Client(base_url=config["apis"]["catalog"]) as client:
        long_ago = datetime.now(UTC) - LEFT_BEHIND_AFTER
        for tariff in all_tariffs(client):
            is_old = datetime.fromisoformat(tariff["createdAt"]) < long_ago
            if is_old and tariff["description"].startswith(MADE_BY_TESTS):
                remove_tariff(client, administrator, tariff)
        yield client
        for tariff in marked(client):
            remove_tariff(client, administrator, tariff)


def remove_tariff(catalog: httpx.Client, administrator: Tokens, tariff: dict[str, Any]) -> None:
    path = f"/products/{tariff['productId']}"
    catalog.delete(path, headers=bearer(administrator.id_token)).raise_for_status()


def all_tariffs(catalog: httpx.Client, limit: int = 100) -> list[dict[str, Any]]:
    tariffs: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": limit}
    while True:
        page = catalog.get("/products", params=query).raise_for_status().json()
        tariffs += page["products"]
        if "nextToken" not in page:
            return tariffs
        query["nextToken"] = page["nextToken"]


def marked(catalog: httpx.Client) -> list[dict[str, Any]]:
    """Return the tariffs of these tests: others may be edited meanwhile."""
    return [tariff for tariff in all_tariffs(catalog) if MARK in tariff["description"]]
