"""Who may call which route: the one table that every deployed route must stand in."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from tests.e2e.accounts import claims
from tests.e2e.conftest import Account, Tokens, bearer, new_address
from tests.waiting import eventually

PUBLIC = "everybody"
SIGNED_IN = "who is signed in"
TICKET = "who has a ticket"
CONNECTED = "who is connected"
KINDS = (PUBLIC, SIGNED_IN, TICKET, CONNECTED)
MADE_BY_TESTS = "A test of this stage has made it and takes it away in a moment "
MARK = f"{MADE_BY_TESTS}({secrets.token_hex(6)})"
"""Tells what one run of tests has made from all else."""


@dataclass(frozen=True)
class Replaceable:
    """A thing that may be replaced: where it is, and two bodies that differ in what they say."""

    path: str
    first: object
    second: object


@dataclass(frozen=True)
class Route:
    """Who may call a route, and a call that changes nothing.

    :param who: one of the kinds above, or the permission it takes, as `action:resource`.
    :param answers: the status of the call for somebody who may; ids in its path are unknown ones.
    :param body: what is sent, as JSON.
    :param replaces: makes a thing that may be replaced, as somebody who may and about somebody,
        and returns its path and two bodies for it. Every PUT needs one, or says why it has none.
    :param unseen: why what is there may be overwritten unseen.
    :param of_another: makes a thing that belongs to the user, by the API's client (and an
        administrator, where it takes one), and returns its path: for everybody else it must not
        be there.
    """

    who: str
    answers: int
    body: object = None
    replaces: Callable[[httpx.Client, Tokens, Account], Replaceable] | None = None
    unseen: str | None = None
    of_another: Callable[[httpx.Client, Tokens, Tokens], str] | None = None


def bought_voucher(vouchers: httpx.Client, tokens: Tokens, *_: Tokens) -> str:
    recipient = new_address()
    order = {"amount": "10.00", "currency": "GBP", "recipientEmail": recipient}
    headers = {**bearer(tokens.id_token), "Idempotency-Key": recipient.split("@")[0]}
    answer = vouchers.post("/vouchers", json=order, headers=headers)
    assert answer.status_code == 201, answer.text
    return f"/vouchers/{answer.json()['voucherId']}"


def mailed_voucher(vouchers: httpx.Client, tokens: Tokens, *_: Tokens) -> str:
    path = bought_voucher(vouchers, tokens)

    def status() -> str:
        answer = vouchers.get(path, headers=bearer(tokens.id_token))
        return str(answer.json().get("status"))

    eventually(status, until=lambda reached: reached == "MAILED")
    return f"{path}/mails"


def begun_import(readings: httpx.Client, tokens: Tokens, *_: Tokens) -> str:
    body = {"filename": "readings.csv", "size": 1}
    answer = readings.post("/imports", json=body, headers=bearer(tokens.id_token))
    assert answer.status_code == 201, answer.text
    return f"/imports/{answer.json()['importId']}"


def own_meters_readings(readings: httpx.Client, tokens: Tokens, administrator: Tokens) -> str:
    user_id = claims(tokens.id_token)["sub"]
    answer = readings.put(
        f"/meters/of-{user_id}",
        json={"userId": user_id},
        headers=bearer(administrator.id_token),
    )
    assert answer.status_code == 200, answer.text
    return f"/meters/of-{user_id}/readings"


LIVE = {"readings": [{"readAt": "2025-01-01T00:00Z", "kwh": "0.125"}]}
TARIFF = {"name": "Nobody's", "price": "0.2450", "currency": "GBP", "description": MARK}


def tariff(catalog: httpx.Client, tokens: Tokens, _: Account) -> Replaceable:
    answer = catalog.post("/products", json=TARIFF, headers=bearer(tokens.id_token))
    path = f"/products/{answer.json()['productId']}"
    return Replaceable(path, TARIFF | {"price": "0.3"}, TARIFF | {"price": "0.4"})


def own_profile(*_: object) -> Replaceable:
    return Replaceable("/me", {"displayName": "Ada"}, {"displayName": "Grace"})


def permissions(_: httpx.Client, __: Tokens, somebody: Account) -> Replaceable:
    one = {"action": "read", "resource": "nothing"}
    return Replaceable(f"/users/{somebody.user_id}/permissions", [one], [])


ROUTES: dict[str, dict[str, Route]] = {
    "campaigns": {
        "POST /campaigns": Route("run:campaigns", 422, body={}),
        "GET /campaigns": Route("run:campaigns", 200),
        "GET /campaigns/{campaignId}": Route("run:campaigns", 404),
        "DELETE /campaigns/{campaignId}": Route("run:campaigns", 404),
        "GET /audience": Route("run:campaigns", 200),
        "POST /webhooks/campaign-status": Route(PUBLIC, 401, body={}),
    },
    "catalog": {
        "GET /products": Route(PUBLIC, 200),
        "GET /products/{productId}": Route(PUBLIC, 404),
        "POST /products": Route("write:products", 422, body={}),
        "PUT /products/{productId}": Route("write:products", 404, body=TARIFF, replaces=tariff),
        "DELETE /products/{productId}": Route("write:products", 404),
    },
    "forecast": {"GET /forecast": Route(PUBLIC, 400)},
    "identity": {
        "POST /tokens/refresh": Route(PUBLIC, 422, body={}),
        "GET /unsubscribe": Route(PUBLIC, 400),
        "POST /unsubscribe": Route(PUBLIC, 400),
        "POST /tickets": Route(SIGNED_IN, 200),
        "GET /me": Route(SIGNED_IN, 200),
        "PUT /me": Route(SIGNED_IN, 422, body={"displayName": 7}, replaces=own_profile),
        "DELETE /me": Route(SIGNED_IN, 400),
        "GET /users": Route("list:users", 200),
        "GET /users/{userId}/permissions": Route("grant:permissions", 404),
        "PUT /users/{userId}/permissions": Route(
            "grant:permissions", 404, body=[], replaces=permissions
        ),
    },
    "notifications": {
        "$connect": Route(TICKET, 101),
        "$disconnect": Route(CONNECTED, 200),
        "$default": Route(CONNECTED, 200),
    },
    "readings": {
        "PUT /meters/{meterId}": Route(
            "register:meters", 422, body={}, unseen="whose it is now does not depend on before"
        ),
        "GET /meters": Route(SIGNED_IN, 200),
        "GET /meters/{meterId}/readings": Route(SIGNED_IN, 404, of_another=own_meters_readings),
        "POST /meters/{meterId}/readings": Route(
            SIGNED_IN, 404, body=LIVE, of_another=own_meters_readings
        ),
        "POST /imports": Route(SIGNED_IN, 422, body={}),
        "GET /imports": Route(SIGNED_IN, 200),
        "GET /imports/{importId}": Route(SIGNED_IN, 404, of_another=begun_import),
    },
    "support": {
        "POST /chat": Route(SIGNED_IN, 422, body={}),
        "GET /history": Route(SIGNED_IN, 200),
    },
    "vouchers": {
        "POST /vouchers": Route(SIGNED_IN, 400, body={}),
        "GET /vouchers": Route(SIGNED_IN, 200),
        "GET /vouchers/{voucherId}": Route(SIGNED_IN, 404, of_another=bought_voucher),
        "POST /vouchers/{voucherId}/mails": Route(SIGNED_IN, 400, of_another=mailed_voucher),
    },
}
"""By service and route key."""

ALL = [(service, key, route) for service, keys in ROUTES.items() for key, route in keys.items()]
"""Each route with its service and its key."""
