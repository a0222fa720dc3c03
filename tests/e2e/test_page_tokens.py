"""What leads from page to page leads nobody else anywhere, and nowhere else."""

import base64
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.e2e.accounts import claims
from tests.e2e.conftest import NewAccount, Tokens, bearer, sign_in_by_srp
from tests.e2e.routes import PUBLIC, ROUTES, TARIFF, bought_voucher
from tests.waiting import eventually


def two_tariffs(catalog: httpx.Client, tokens: Tokens) -> None:
    for _ in range(2):
        catalog.post("/products", json=TARIFF, headers=bearer(tokens.id_token)).raise_for_status()


def two_vouchers(vouchers: httpx.Client, tokens: Tokens) -> None:
    for _ in range(2):
        bought_voucher(vouchers, tokens)


def who_asks_and_another(_: httpx.Client, __: Tokens) -> None:
    """Leave the users as they are: both of them are listed."""


def two_campaigns(campaigns: httpx.Client, tokens: Tokens) -> None:
    mail = {"subject": "Two", "text": "It is here."}
    for _ in range(2):
        path = "/campaigns"
        campaigns.post(path, json=mail, headers=bearer(tokens.id_token)).raise_for_status()


def two_imports(readings: httpx.Client, tokens: Tokens) -> None:
    for name in ("one.csv", "two.csv"):
        file, by = {"filename": name, "size": 100}, bearer(tokens.id_token)
        readings.post("/imports", json=file, headers=by).raise_for_status()


def two_meters(readings: httpx.Client, tokens: Tokens) -> None:
    owner = claims(tokens.id_token)["sub"]
    for name in ("one", "two"):
        path, by = f"/meters/{name}-{owner}", bearer(tokens.id_token)
        readings.put(path, json={"userId": owner}, headers=by).raise_for_status()


PAGED: dict[tuple[str, str], Callable[[httpx.Client, Tokens], None]] = {
    ("campaigns", "/campaigns"): two_campaigns,
    ("catalog", "/products"): two_tariffs,
    ("identity", "/users"): who_asks_and_another,
    ("readings", "/imports"): two_imports,
    ("readings", "/meters"): two_meters,
    ("vouchers", "/vouchers"): two_vouchers,
}
"""Every list that comes in pages, and what makes sure that somebody's has two."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Somebody who may ask for every list, and a page's token of each."""

    tokens: Tokens
    given: dict[tuple[str, str], str]


BASE64 = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}-_"


@pytest.fixture(scope="module")
def clients(config: dict[str, Any]) -> Iterator[dict[str, httpx.Client]]:
    made = {name: httpx.Client(base_url=url) for name, url in config["apis"].items()}
    yield made
    for client in made.values():
        client.close()


@pytest.fixture(scope="module")
def callers(
    config: dict[str, Any], clients: dict[str, httpx.Client], new_account: NewAccount
) -> tuple[Caller, Caller]:
    """Return two administrators, each with entries in every list."""
    accounts = [new_account("administrators") for _ in range(2)]
    made = []
    for account in accounts:
        tokens = sign_in_by_srp(config, account.email, account.password)
        given = {}
        for (service, path), fill in PAGED.items():
            fill(clients[service], tokens)
            answer = asked(clients, tokens, (service, path))
            assert answer.status_code == 200, answer.text
            given[service, path] = answer.json()["nextToken"]
        made.append(Caller(tokens=tokens, given=given))
    first, second = made
    return first, second


def asked(
    clients: dict[str, httpx.Client], by: Tokens, paged: tuple[str, str], **query: str
) -> httpx.Response:
    service, path = paged

    def ask() -> httpx.Response:
        query_string = {"limit": "1", **query}
        return clients[service].get(path, params=query_string, headers=bearer(by.id_token))

    # Quicker than a person, so that the gateway may want a pause.
    return eventually(ask, until=lambda answer: answer.status_code != 429)


def assert_refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert "nextToken must be one that this list answered you with" in answer.json()["detail"]


def replaced(token: str, place: int) -> str:
    return token[:place] + ("A" if token[place] != "A" else "g") + token[place + 1 :]


def encoded(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")


def test_every_list_that_takes_a_limit_is_held_to_this(
    clients: dict[str, httpx.Client], administrator: Tokens
) -> None:
    lists = [
        (service, key.removeprefix("GET "))
        for service, routes in ROUTES.items()
        for key in routes
        if key.startswith("GET ") and "{" not in key
    ]

    assert set(PAGED) == {
        paged
        for paged in lists
        if "limit" in asked(clients, administrator, paged, limit="0").json().get("detail", "")
    }


@pytest.mark.parametrize("paged", PAGED, ids="".join)
def test_a_token_leads_who_was_given_it_to_the_next_page(
    clients: dict[str, httpx.Client], callers: tuple[Caller, Caller], paged: tuple[str, str]
) -> None:
    for caller in callers:
        first = asked(clients, caller.tokens, paged).json()
        second = asked(clients, caller.tokens, paged, nextToken=caller.given[paged])

        assert second.status_code == 200, second.text
        (name,) = first.keys() - {"nextToken"}
        assert len(first[name]) == len(second.json()[name]) == 1
        assert first[name] != second.json()[name]


@pytest.mark.parametrize("paged", PAGED, ids="".join)
def test_a_token_that_was_altered_anywhere_leads_nowhere(
    clients: dict[str, httpx.Client], callers: tuple[Caller, Caller], paged: tuple[str, str]
) -> None:
    caller, _ = callers
    token = caller.given[paged]
    step = max(1, len(token) // 30)
    altered = [replaced(token, place) for place in range(0, len(token), step)]
    # The last bits of base64 may say nothing: all that decodes to the same bytes is altered, too.
    altered += [token[:-1] + BASE64[BASE64.index(token[-1]) ^ bits] for bits in (1, 2, 4, 8)]
    altered += [token[:-1], token[1:], token + "A", token + "=", token.swapcase(), token * 2]

    for other in altered:
        assert_refused(asked(clients, caller.tokens, paged, nextToken=other))


@pytest.mark.parametrize("paged", PAGED, ids="".join)
def test_a_token_of_another_user_leads_nowhere(
    clients: dict[str, httpx.Client], callers: tuple[Caller, Caller], paged: tuple[str, str]
) -> None:
    mine, theirs = callers
    answer = asked(clients, mine.tokens, paged, nextToken=theirs.given[paged])

    if ROUTES[paged[0]][f"GET {paged[1]}"].who == PUBLIC:
        assert answer.status_code == 200  # everybody sees the same
    else:
        assert_refused(answer)


@pytest.mark.parametrize("paged", PAGED, ids="".join)
def test_a_token_of_another_list_or_another_query_leads_nowhere(
    clients: dict[str, httpx.Client], callers: tuple[Caller, Caller], paged: tuple[str, str]
) -> None:
    caller, _ = callers
    for other, token in caller.given.items():
        if other != paged:
            assert_refused(asked(clients, caller.tokens, paged, nextToken=token))
    assert_refused(
        asked(clients, caller.tokens, paged, nextToken=caller.given[paged], status="PAID")
    )


NONSENSE = (
    "",
    "null",
    "🔌é",
    "%00",
    "\x00",
    "../../etc",
    "A" * 44,
    "A" * 1536,
    "A" * 1537,
    "A" * 7000,
    "-_" * 500,
    "='; DROP TABLE",
    encoded("null"),
    encoded("[" * 1000),
    *(encoded(f'{{"{key}":"{value}"}}') for key in ("productId", "voucherId", "paginationToken")
      for value in ("1", "🔌", "x" * 500)),
    encoded('{"userId":"someone","itemId":"voucher#1"}'),
)  # fmt: skip


@pytest.mark.parametrize("paged", PAGED, ids="".join)
@pytest.mark.parametrize("token", NONSENSE, ids=lambda token: ascii(token)[:24])
def test_a_token_that_is_none_leads_nowhere(
    clients: dict[str, httpx.Client],
    administrator: Tokens,
    paged: tuple[str, str],
    token: str,
) -> None:
    assert_refused(asked(clients, administrator, paged, nextToken=token))
