"""Nobody overwrites what they have not seen, whatever may be replaced."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from blockwork.verification import TemporaryUser
from tests.e2e.accounts import Holder
from tests.e2e.conftest import Tokens, bearer
from tests.e2e.routes import ALL, KINDS, ROUTES, TARIFF, Route

WRITERS = 8


def test_what_may_be_replaced_is_tried_by_two_at_once() -> None:
    untried = [
        f"{service}: {key}"
        for service, key, route in ALL
        if key.startswith("PUT ") and not (route.replaces or route.unseen)
    ]

    assert not untried, f"these routes of ROUTES need replaces or unseen: {', '.join(untried)}"


@pytest.mark.parametrize(
    ("service", "key", "route"),
    [one for one in ALL if one[2].replaces],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nobody_replaces_what_they_have_not_seen(
    config: dict[str, Any],
    catalog: httpx.Client,  # takes tariffs away
    holder: Holder,
    new_account: Callable[..., TemporaryUser],
    service: str,
    key: str,
    route: Route,
) -> None:
    assert route.replaces
    may = holder(frozenset() if route.who in KINDS else frozenset({route.who}))
    with httpx.Client(base_url=config["apis"][service], headers=bearer(may.id_token)) as client:
        thing = route.replaces(client, may, new_account())

        def put(body: object, if_match: str | None) -> httpx.Response:
            headers = {"if-match": if_match} if if_match else {}
            return client.put(thing.path, json=body, headers=headers)

        assert put(thing.first, None).status_code == 200
        seen = client.get(thing.path).headers["etag"]
        theirs = put(thing.second, seen)
        assert theirs.status_code == 200, theirs.text
        assert client.get(thing.path).headers["etag"] == theirs.headers["etag"] != seen

        for outdated in (seen, f"W/{theirs.headers['etag']}", '"another"'):
            mine = put(thing.first, outdated)
            assert mine.status_code == 412, mine.text
            assert mine.headers["content-type"] == "application/problem+json"
            assert mine.headers["etag"] == theirs.headers["etag"]
            assert mine.json()["current"] == theirs.json() == client.get(thing.path).json()

        assert put(thing.first, "unquoted").status_code == 400
        assert put(thing.first, f"{seen}, {theirs.headers['etag']}").status_code == 200
        assert put(thing.second, "*").status_code == 200


def test_of_writers_at_once_who_saw_the_same_one_wins(
    catalog: httpx.Client, administrator: Tokens
) -> None:
    headers = bearer(administrator.id_token)
    made = catalog.post("/products", json=TARIFF, headers=headers).json()
    path = f"/products/{made['productId']}"
    seen = {**headers, "if-match": catalog.get(path).headers["etag"]}

    with ThreadPoolExecutor(WRITERS) as writers:
        answers = list(
            writers.map(
                lambda n: catalog.put(path, json=TARIFF | {"name": f"N{n}"}, headers=seen),
                range(WRITERS),
            )
        )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (WRITERS - 1)
    (winner,) = (answer for answer in answers if answer.status_code == 200)
    assert catalog.get(path).json() == winner.json()
    assert catalog.delete(path, headers=seen).status_code == 412
    seen["if-match"] = winner.headers["etag"]
    assert catalog.delete(path, headers=seen).status_code == 204


def test_the_website_may_send_and_read_what_replacing_takes(
    config: dict[str, Any], site_url: str
) -> None:
    asked = {
        "Origin": site_url,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,if-match",
    }
    for service, url in config["apis"].items():
        method, path = min(ROUTES[service], key=lambda key: not key.startswith("GET ")).split(" ")
        preflight = httpx.options(url + path, headers=asked)
        allowed = preflight.headers["access-control-allow-headers"].split(",")
        assert {"if-match", "authorization", "idempotency-key"} <= set(allowed), service
        answer = httpx.request(method, url + path, headers=asked)
        exposed = answer.headers["access-control-expose-headers"].split(",")
        assert {"etag", "retry-after", "x-correlation-id", "apigw-requestid"} <= set(exposed)
