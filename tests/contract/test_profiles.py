"""What users say about themselves."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from blockwork.verification import TemporaryUser
from tests.e2e.conftest import Tokens, bearer, sign_in_by_srp


def test_a_profile_is_there_after_the_first_sign_in_and_changed_by_its_owner(
    config: dict[str, Any], identity: httpx.Client, new_account: Callable[..., TemporaryUser]
) -> None:
    user = new_account("customers")
    signed_in = bearer(sign_in_by_srp(config, user.email, user.password).id_token)
    first = identity.get("/me", headers=signed_in).raise_for_status().json()
    assert first == {
        "userId": user.user_id,
        "email": user.email,
        "displayName": "",
        "phone": "",
        "newsletter": False,
        "createdAt": first["createdAt"],
        "updatedAt": first["createdAt"],
    }

    wanted = {"displayName": "Zoë Müller", "phone": "+447700900123"}  # and no newsletter
    changed = identity.put("/me", json=wanted, headers=signed_in)

    assert changed.status_code == 200, changed.text
    now = changed.json()
    assert now["updatedAt"] > first["updatedAt"]
    assert now == {**first, **wanted, "updatedAt": now["updatedAt"]}
    assert identity.get("/me", headers=signed_in).json() == now


def test_since_when_somebody_wants_the_newsletter_is_told_until_they_want_none(
    config: dict[str, Any], identity: httpx.Client, new_account: Callable[..., TemporaryUser]
) -> None:
    user = new_account("customers")
    signed_in = bearer(sign_in_by_srp(config, user.email, user.password).id_token)

    def replaced(*, newsletter: bool) -> dict[str, Any]:
        body = {"displayName": "", "newsletter": newsletter}
        answer = identity.put("/me", json=body, headers=signed_in).raise_for_status()
        return dict(answer.json())

    first, again = replaced(newsletter=True), replaced(newsletter=True)
    assert first["newsletterSince"] == first["updatedAt"] == again["newsletterSince"]
    assert again["updatedAt"] > first["updatedAt"]
    assert "newsletterSince" not in replaced(newsletter=False)


def test_who_names_another_account_than_their_own_deletes_none(
    identity: httpx.Client, customer: Tokens
) -> None:
    signed_in = bearer(customer.id_token)
    before = identity.get("/me", headers=signed_in).json()

    for query in ({}, {"account": ""}, {"account": "somebody-else"}):
        answer = identity.delete("/me", params=query, headers=signed_in)
        assert answer.status_code == 400, answer.text
        assert "which GET /me shows" in answer.json()["detail"]

    assert identity.get("/me", headers=signed_in).json() == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"displayName": "x" * 101}, {"displayName"}),
        ({"displayName": 7, "newsletter": "yes"}, {"displayName", "newsletter"}),
        ({"displayName": "A", "phone": "07700 900123"}, {"phone"}),
        ({"displayName": "A", "phone": "+0123456"}, {"phone"}),
        ({"displayName": "A", "email": "other@example.org"}, {"email"}),
        ({"displayName": "A", "userId": "somebody-else"}, {"userId"}),
    ],
)
def test_a_profile_that_does_not_fit_is_refused_field_by_field_and_stays_as_it_was(
    identity: httpx.Client,
    customer: Tokens,
    body: dict[str, Any],
    fields: set[str],
) -> None:
    signed_in = bearer(customer.id_token)
    before = identity.get("/me", headers=signed_in).json()

    answer = identity.put("/me", json=body, headers=signed_in)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert identity.get("/me", headers=signed_in).json() == before
