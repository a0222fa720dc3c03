"""The list of users, as an administrator pages through it."""

import httpx
import pytest

from tests.e2e.conftest import Tokens, bearer


def test_a_page_shows_users_and_the_next_one_others(
    identity: httpx.Client, administrator: Tokens, customer: Tokens
) -> None:
    assert customer.id_token  # so there are two
    signed_in = bearer(administrator.id_token)

    first = identity.get("/users?limit=1", headers=signed_in).json()
    query = {"limit": "1", "nextToken": first["nextToken"]}
    second = identity.get("/users", params=query, headers=signed_in).json()

    for page in (first, second):
        (user,) = page["users"]
        assert set(user) == {"userId", "email", "groups", "status"}
    assert first["users"] != second["users"]


@pytest.mark.parametrize("query", ["limit=0", "limit=61", "limit=ten", "nextToken=forged"])
def test_a_page_of_users_that_cannot_be_is_refused(
    identity: httpx.Client, administrator: Tokens, query: str
) -> None:
    answer = identity.get(f"/users?{query}", headers=bearer(administrator.id_token))

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert query.split("=")[0] in answer.json()["detail"]
