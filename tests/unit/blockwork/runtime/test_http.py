import base64
from typing import Any

import pytest
from shared.events import UserSignedUp

from blockwork.runtime.bodies import read_body
from blockwork.runtime.envelope import Envelope
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.problems import ProblemError
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import ADMINISTRATOR, CONTEXT, TOKEN, body_of, event


class TeapotError(Exception):
    """What the domain of these tests refuses."""


class SmallTeapotError(TeapotError):
    """A special case of it."""


def answer_of(route: Any, request: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return http_handler(route, **options)(request or event(), CONTEXT)


def test_a_request_says_what_the_caller_sent() -> None:
    request = Request.from_event(
        event(
            path={"productId": "p1"},
            query={"limit": "5"},
            headers={"X-Some-Header": "Value"},
            body="{}",
            claims=ADMINISTRATOR,
        )
    )

    assert request == Request(
        path={"productId": "p1"},
        query={"limit": "5"},
        headers={"x-some-header": "Value"},
        body=b"{}",
        claims=ADMINISTRATOR,
    )


@pytest.mark.parametrize(
    "missing", ["pathParameters", "queryStringParameters", "body", "headers", "authorizer"]
)
def test_parts_of_an_event_which_are_null_count_as_absent(missing: str) -> None:
    null = event()
    (null["requestContext"] if missing == "authorizer" else null)[missing] = None

    assert Request.from_event(null) == Request()


def test_a_body_in_base64_is_decoded() -> None:
    encoded = event(body=base64.b64encode(b"\xff{}").decode()) | {"isBase64Encoded": True}

    assert Request.from_event(encoded).body == b"\xff{}"


def test_a_body_with_half_of_a_pair_reaches_the_route_which_refuses_it() -> None:
    halved = event(body='{"name": "\ud800"}')

    with pytest.raises(ProblemError, match="must be JSON in UTF-8: byte 10 is 0xed"):
        read_body(Request.from_event(halved), dict[str, str])


@pytest.mark.parametrize("value", ["a", "A-b_9", "x" * 64])
def test_an_id_of_letters_digits_dashes_and_underscores_is_taken(value: str) -> None:
    assert Request(path={"productId": value}).path_id("productId") == value


@pytest.mark.parametrize(
    "value",
    ["", "a/b", "a%2Fb", "🔌", "a b", "a\n", "../x", "x" * 65, "é", "x" * 10_000],
)
def test_any_other_id_answers_400(value: str) -> None:
    with pytest.raises(ProblemError, match="productId must be 1 to 64 letters") as problem:
        Request(path={"productId": value}).path_id("productId")

    assert problem.value.status == 400
    assert len(problem.value.detail) < 200


def test_an_answer_is_json_with_the_correlation_id() -> None:
    answer = answer_of(lambda request: Response.ok({"name": "Day & night ⚡"}))

    assert answer == {
        "statusCode": 200,
        "headers": {
            "x-correlation-id": "JKJaXmPLvHcESHA",
            "cache-control": "no-store",
            "content-type": "application/json",
        },
        "body": '{"name":"Day & night ⚡"}',
    }


def test_something_created_says_where_it_is() -> None:
    answer = answer_of(lambda request: Response.created({}, location="./things/1"))

    assert answer["statusCode"] == 201
    assert answer["headers"]["location"] == "./things/1"


def test_no_content_has_neither_body_nor_content_type() -> None:
    answer = answer_of(lambda request: Response.no_content())

    assert answer == {
        "statusCode": 204,
        "headers": {"x-correlation-id": "JKJaXmPLvHcESHA", "cache-control": "no-store"},
    }


def test_a_problem_is_answered_as_problem_json() -> None:
    def route(request: Request) -> Response:
        raise ProblemError(400, "limit must be a number")

    answer = answer_of(route)

    assert answer["statusCode"] == 400
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert body_of(answer) == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "limit must be a number",
        "correlationId": "JKJaXmPLvHcESHA",
    }


@pytest.mark.parametrize("error", [ProblemError(400, "why"), TeapotError("why"), ValueError("why")])
def test_every_problem_says_what_finds_it_in_the_logs_and_is_kept_by_nobody(
    error: Exception,
) -> None:
    def route(request: Request) -> Response:
        raise error

    answer = answer_of(route, event(headers={"x-correlation-id": "abc"}), errors={TeapotError: 409})

    assert body_of(answer)["correlationId"] == "abc"
    assert answer["headers"]["x-correlation-id"] == "abc"
    assert answer["headers"]["cache-control"] == "no-store"


def test_who_does_not_say_who_they_are_is_told_how_to() -> None:
    def route(request: Request) -> Response:
        raise ProblemError(401, "sign in")

    answer = answer_of(route)

    assert answer["statusCode"] == 401
    assert answer["headers"]["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("error", [TeapotError, SmallTeapotError])
def test_a_domain_error_becomes_the_status_it_is_mapped_to(error: type[Exception]) -> None:
    def route(request: Request) -> Response:
        raise error("there is no coffee")

    answer = answer_of(route, errors={TeapotError: 404})

    assert answer["statusCode"] == 404
    assert body_of(answer)["detail"] == "there is no coffee"


class BusyTeapotError(TeapotError):
    retry_after = 7


def test_a_domain_error_that_knows_when_to_come_back_says_so() -> None:
    def route(request: Request) -> Response:
        raise BusyTeapotError("the water is not hot yet")

    answer = answer_of(route, errors={TeapotError: 503})

    assert (answer["statusCode"], answer["headers"]["retry-after"]) == (503, "7")


def test_other_problems_do_not_say_when_to_come_back() -> None:
    def route(request: Request) -> Response:
        raise TeapotError("there is no coffee")

    assert "retry-after" not in answer_of(route, errors={TeapotError: 503})["headers"]


def test_an_unexpected_error_answers_500_without_internals_and_is_logged_with_its_traceback(
    log_lines: LogLines,
) -> None:
    def route(request: Request) -> Response:
        raise TeapotError("table teapots-7f3a is on fire")

    answer = answer_of(route, event(headers={"x-correlation-id": "abc"}))

    assert answer["statusCode"] == 500
    assert "teapot" not in answer["body"].lower()
    assert body_of(answer)["correlationId"] == "abc"
    failure = log_lines()[0]
    assert failure["level"] == "ERROR"
    assert failure["correlation_id"] == "abc"
    assert "table teapots-7f3a is on fire" in failure["exception"]
    assert "Traceback" in failure["exception"]


def test_an_answer_that_cannot_be_encoded_is_a_500_too() -> None:
    assert answer_of(lambda request: Response.ok(object()))["statusCode"] == 500


@pytest.mark.parametrize("given", ["abc", "A-b_9", "x" * 128])
def test_a_well_formed_correlation_id_comes_back(given: str) -> None:
    answer = answer_of(lambda _: Response.ok({}), event(headers={"X-Correlation-Id": given}))

    assert answer["headers"]["x-correlation-id"] == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\r\nset-cookie: b", '"}', "é"])
def test_any_other_correlation_id_is_replaced_by_the_request_id(
    given: str, log_lines: LogLines
) -> None:
    answer = answer_of(lambda _: Response.ok({}), event(headers={"x-correlation-id": given}))

    assert answer["headers"]["x-correlation-id"] == "JKJaXmPLvHcESHA"
    assert log_lines()[0]["correlation_id"] == "JKJaXmPLvHcESHA"


def test_what_a_request_causes_can_carry_its_correlation_id() -> None:
    def route(request: Request) -> Response:
        data = UserSignedUp(user_id="u1", email="ada@example.com")
        Envelope.of(data, correlation_id=current_correlation_id()).to_detail()
        return Response.no_content()

    assert answer_of(route, event())["statusCode"] == 204


def test_a_request_is_logged_in_one_line(log_lines: LogLines) -> None:
    answer_of(lambda _: Response.no_content(), event("DELETE /products/{productId}"))

    (line,) = log_lines()
    assert line["method"] == "DELETE"
    assert line["route"] == "DELETE /products/{productId}"
    assert line["status"] == 204
    assert line["duration_ms"] >= 0
    assert line["correlation_id"] == "JKJaXmPLvHcESHA"


@pytest.mark.parametrize("failing", [False, True])
def test_neither_token_nor_claims_nor_body_are_logged(failing: bool, log_lines: LogLines) -> None:
    def route(request: Request) -> Response:
        if failing:
            raise TeapotError
        return Response.ok({})

    answer_of(
        route,
        event(
            headers={"Authorization": f"Bearer {TOKEN}"},
            body='{"secret": "body"}',
            claims=ADMINISTRATOR | {"email": "someone@example.com"},
        ),
    )

    logged = str(log_lines())
    assert "request" in logged
    for private in (TOKEN, "Bearer", "secret", "someone@example.com"):
        assert private not in logged


def test_what_one_request_logged_does_not_leak_into_the_next(log_lines: LogLines) -> None:
    handler = http_handler(lambda _: Response.ok({}))
    handler(event(headers={"x-correlation-id": "first"}), CONTEXT)
    handler(event(), CONTEXT)

    assert "first" not in str(log_lines()[1])


def test_collaborators_are_built_at_the_first_request_and_only_once() -> None:
    built: list[str] = []

    def teapot() -> str:
        built.append("teapot")
        return "teapot"

    handler = http_handler(lambda _, teapot: Response.ok(teapot), teapot=teapot)
    assert built == []

    assert handler(event(), CONTEXT)["body"] == '"teapot"'
    handler(event(), CONTEXT)
    assert built == ["teapot"]


def test_in_lambda_collaborators_are_built_at_start_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "dev-catalog")
    built: list[str] = []

    http_handler(lambda _, teapot: Response.ok({}), teapot=lambda: built.append("teapot"))

    assert built == ["teapot"]
