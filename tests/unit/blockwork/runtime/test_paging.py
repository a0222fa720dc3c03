import base64
import string
from typing import Any

import pytest

from blockwork.runtime.http import Request
from blockwork.runtime.paging import PageQuery, next_token, read_page_query
from blockwork.runtime.problems import ProblemError
from tests.unit.blockwork.runtime.fakes import KnownKey

BASE64 = f"{string.ascii_letters}{string.digits}-_"
READING = {"path": {"meterId": "m1"}, "query": {"from": "1", "to": "2"}, "claims": {"sub": "u1"}}


def query(**parameters: str) -> PageQuery:
    return read_page_query(Request(query=parameters), of="products", signer=KnownKey())


def token(last: str) -> str:
    return next_token(Request(), of="products", signer=KnownKey(), last=last)


def encoded(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def refused() -> Any:
    return pytest.raises(ProblemError, match="nextToken must be one that this list answered you")


def test_the_first_page_has_50_entries_unless_asked() -> None:
    assert query() == PageQuery(limit=50, after=None)


@pytest.mark.parametrize("limit", [1, 50, 100])
def test_a_limit_from_1_to_100_is_taken(limit: int) -> None:
    assert query(limit=str(limit)).limit == limit


@pytest.mark.parametrize(
    "limit", ["", "0", "101", "-1", "ten", "1.5", "1e2", "٣", " 5", "5,6", "9" * 5000]
)
def test_any_other_limit_answers_400(limit: str) -> None:
    with pytest.raises(ProblemError, match="limit must be from 1 to 100, got") as problem:
        query(limit=limit)

    assert problem.value.status == 400
    assert len(problem.value.detail) < 100


@pytest.mark.parametrize(("largest", "default"), [(60, 50), (20, 20)])
def test_a_list_may_have_another_largest_limit(largest: int, default: int) -> None:
    def limit(**parameters: str) -> int:
        request = Request(query=parameters)
        return read_page_query(request, of="x", signer=KnownKey(), largest=largest).limit

    assert limit() == default
    assert limit(limit=str(largest)) == largest
    with pytest.raises(
        ProblemError, match=f"limit must be from 1 to {largest}, got '{largest + 1}"
    ):
        limit(limit=str(largest + 1))


@pytest.mark.parametrize("last", ["p1", "p", "pp", "ppp", "é/🔌", "x" * 64, "x" * 1100])
def test_a_token_leads_to_where_the_last_page_ended(last: str) -> None:
    assert query(nextToken=token(last)).after == last
    assert query(nextToken=token(last), limit="7").after == last


def test_one_character_that_differs_makes_a_token_worthless() -> None:
    for last in ("p", "pp", "ppp"):
        given = token(last)
        for place, character in enumerate(given):
            for other in BASE64:
                if other != character:
                    with refused() as problem:
                        query(nextToken=given[:place] + other + given[place + 1 :])
                    assert problem.value.status == 400


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "not base64!",
        "AAAAA",
        token("p1") + "=",
        token("p1") + "AAAA",
        token("p1")[:-4],
        token("p1")[:20],
        f"{token('p1')},{token('p1')}",
        encoded(b"\x01" + bytes(32)),
        encoded(b"\x01" + bytes(32) + b"p1"),
        encoded(b"\x01" + bytes(32) + b"\xff"),
        encoded(b"\x01" + KnownKey(b"other").sign(b"p1") + b"p1"),
        encoded(b'{"productId":"p1"}'),
        "A" * 5000,
        "🔌",
    ],
)
def test_a_forged_token_answers_400(forged: str) -> None:
    with refused() as problem:
        query(nextToken=forged)

    assert problem.value.status == 400


@pytest.mark.parametrize(
    "other",
    [
        {"path": {"meterId": "m2"}},
        {"path": {}},
        {"query": {"from": "1", "to": "3"}},
        {"query": {"from": "1"}},
        {"query": {"from": "1", "to": "2", "version": "\ud800"}},
        {"query": {"from": '1", "to": "2'}},
        {"claims": {"sub": "u2"}},
        {"claims": {}},
    ],
    ids=str,
)
def test_a_token_continues_the_request_that_it_was_given_to_and_no_other(
    other: dict[str, Any],
) -> None:
    asked: dict[str, Any] = READING

    def after(request: Request, given: str, of: str = "readings") -> str | None:
        query = {**request.query, "nextToken": given, "limit": "2"}
        again = Request(path=request.path, query=query, claims=request.claims)
        return read_page_query(again, of=of, signer=KnownKey()).after

    given = next_token(Request(**asked), of="readings", signer=KnownKey(), last="r1")
    assert after(Request(**asked), given) == "r1"
    with refused():
        after(Request(**asked), given, of="meters")
    with refused():
        after(Request(**{**asked, **other}), given)
