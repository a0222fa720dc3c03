"""Problems as pages, for who follows a link in a browser."""

from typing import Any

import pytest

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import ProblemError
from tests.unit.lambda_src.events import CONTEXT, body_of, event


def answer_of(route: Any, request: dict[str, Any], **options: Any) -> dict[str, Any]:
    return http_handler(route, **options)(request, CONTEXT)


def refusing(request: Request) -> Response:
    raise ProblemError(429, "later <please>", retry_after=7)


def page_of(problem: ProblemError, correlation_id: str) -> str:
    return f"<h1>{problem.status} {correlation_id}</h1>"


def test_who_follows_a_link_in_a_browser_gets_the_problem_as_a_page() -> None:
    headers = {"Accept": "text/html,*/*;q=0.8", "X-Correlation-Id": "abc"}
    answer = answer_of(refusing, event(headers=headers), problem_page=page_of)

    assert answer["statusCode"] == 429
    assert answer["body"] == "<h1>429 abc</h1>"
    said = answer["headers"]
    assert said["content-type"] == "text/html; charset=utf-8"
    assert said["content-security-policy"].startswith("default-src 'none'")
    assert (said["retry-after"], said["x-correlation-id"]) == ("7", "abc")
    assert (said["vary"], said["cache-control"]) == ("accept", "no-store")


@pytest.mark.parametrize(
    ("accept", "options"),
    [("*/*", {"problem_page": page_of}), ("", {"problem_page": page_of}), ("text/html", {})],
)
def test_a_program_gets_problem_json_and_so_do_all_where_there_is_no_page(
    accept: str, options: dict[str, Any]
) -> None:
    answer = answer_of(refusing, event(headers={"accept": accept}), **options)

    assert answer["headers"]["content-type"] == "application/problem+json"
    assert body_of(answer)["detail"] == "later <please>"


def test_what_nobody_expected_has_a_page_too() -> None:
    def broken(_: Request) -> Response:
        raise RuntimeError("internals")

    answer = answer_of(broken, event(headers={"accept": "text/html"}), problem_page=page_of)

    assert answer["statusCode"] == 500
    assert answer["body"].startswith("<h1>500 ")
    assert "internals" not in answer["body"]
