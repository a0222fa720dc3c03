import base64

import pytest
from shared.http import Request
from shared.paging import PageQuery, next_token, read_page_query
from shared.problems import ProblemError


def query(**parameters: str) -> PageQuery:
    return read_page_query(Request(query=parameters), key="productId")


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


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
        return read_page_query(Request(query=parameters), key="x", largest=largest).limit

    assert limit() == default
    assert limit(limit=str(largest)) == largest
    with pytest.raises(
        ProblemError, match=f"limit must be from 1 to {largest}, got '{largest + 1}"
    ):
        limit(limit=str(largest + 1))


def test_a_token_of_another_service_fits_into_ours() -> None:
    last = "x" * 1100

    token = next_token(key="productId", last=last)

    assert query(nextToken=token).after == last


@pytest.mark.parametrize("last", ["p1", "p", "pp", "ppp", "é/🔌", "x" * 64])
def test_a_token_leads_to_where_the_last_page_ended(last: str) -> None:
    assert query(nextToken=next_token(key="productId", last=last)).after == last


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not base64!",
        "AAAAA",
        encoded("not json"),
        encoded("[]"),
        encoded("{}"),
        encoded('{"productId":""}'),
        encoded('{"productId":7}'),
        encoded('{"userId":"u1"}'),
        encoded('{"productId":"p1","more":"x"}'),
        encoded('{"productId":"p1"}') + "!",
        encoded('{"productId":"p1"}') + "AAAA",
        encoded("[" * 700),
        base64.urlsafe_b64encode(b'{"productId":"\xff"}').decode(),
        "A" * 5000,
    ],
)
def test_a_tampered_token_answers_400(token: str) -> None:
    with pytest.raises(ProblemError, match="nextToken must be one that") as problem:
        query(nextToken=token)

    assert problem.value.status == 400
