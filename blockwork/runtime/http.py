"""One route of an API Gateway HTTP API as a Lambda function: event in, answer out."""

import base64
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext
from typing_extensions import TypeVar

from blockwork.runtime.accepting import prefers_page
from blockwork.runtime.collaborators import all_built_once
from blockwork.runtime.observability import CORRELATION_HEADER, correlation_id, logger
from blockwork.runtime.problems import PROBLEM_JSON, ProblemError

HTML = "text/html; charset=utf-8"
# Its own styles, no scripts, in no frame of another page, where a click may be stolen. Its address
# is told to nobody else (https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/referrer-policy/).
OF_PAGES = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Python reads further forms of ISO 8601, such as 2026-W09-7, which no API promises.
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DECLARED = "__declared__"
"""The attribute of a handler that has the `Declared` of its route."""

Event = dict[str, Any]
Shown = TypeVar("Shown")
View = TypeVar("View", covariant=True, default=object)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a caller sent.

    :param path: the path parameters by name, percent-decoded by API Gateway.
    :param query: the query parameters; a repeated one has its values joined by commas.
    :param headers: by lower-case name.
    :param claims: those of the verified token; empty on a route without authorizer.
    """

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    claims: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_event(cls, event: Event) -> "Request":
        """Read an event of payload format 2.0."""
        body = event.get("body") or ""
        authorizer = event["requestContext"].get("authorizer") or {}
        return cls(
            path=event.get("pathParameters") or {},
            query=event.get("queryStringParameters") or {},
            headers=_headers(event),
            body=_bytes(body, is_base64=bool(event.get("isBase64Encoded"))),
            claims=authorizer.get("jwt", {}).get("claims") or {},
        )

    def path_id(self, name: str) -> str:
        """Return the path parameter `name`, which must look like one of our ids.

        :raises ProblemError: 400 if it does not.
        """
        value = self.path[name]
        if not ID.fullmatch(value):
            raise ProblemError(
                400,
                f"{name} must be 1 to 64 letters, digits, _ or -, got {value[:70]!r}",
            )
        return value

    def query_day(self, name: str) -> date:
        """Return the query parameter `name`, which must be there and a day as ISO 8601 writes it.

        :raises ProblemError: 400 if it is not.
        """
        given = self.query.get(name, "")
        try:
            if not DAY.fullmatch(given):
                raise ValueError("not a day")
            return date.fromisoformat(given)
        except ValueError as error:
            raise ProblemError(
                400, f"{name} must be a day such as 2026-03-01, got {given[:40]!r}"
            ) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Generic[View]):
    """What the caller gets: a route that says `-> Response[OrderView]` has its answers described.

    `blockwork openapi` makes the contract of them; a TypedDict or a struct says what is in one.

    :param body: anything msgspec encodes as JSON, or the text itself where `content_type` is one of
        text, such as `text/csv`; None for no body.
    :param headers: further headers, by lower-case name.
    """

    status: int
    body: View | None = None
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def ok(cls, view: Shown, *, version: str | None = None) -> "Response[Shown]":
        """Answer 200 with a view.

        :param version: of what is shown, which becomes its ETag: hexadecimal digits and dots, one
            for each content that the view may have. Default: it cannot be replaced, so has none.
        """
        headers = {"etag": f'"{version}"'} if version else {}
        return Response(status=200, body=view, headers=headers)

    @classmethod
    def created(cls, view: Shown, *, location: str) -> "Response[Shown]":
        """Answer 201 with the view of what was created, and where it is.

        :param location: relative to the request's own URL, since a service does not know under
            which host and base path its API is reached.
        """
        return Response(status=201, body=view, headers={"location": location})

    @classmethod
    def no_content(cls) -> "Response[None]":
        """Answer 204."""
        return Response(status=204)

    @classmethod
    def page(cls, html: str) -> "Response[str]":
        """Answer 200 with a page for a browser, which may do nothing but send its own forms here.

        :param html: the whole document, which must hold nothing that came with the request.
        """
        return Response(status=200, body=html, content_type=HTML, headers=OF_PAGES)

    def shown_as(self, html: str) -> "Response[str]":
        """Answer the same with a page in place of the body.

        :param html: the whole document; what of it came with the request is escaped.
        """
        headers = {**self.headers, **OF_PAGES, "vary": "accept"}
        return Response(status=self.status, body=html, content_type=HTML, headers=headers)

    @classmethod
    def problem(cls, problem: ProblemError, *, correlation_id: str) -> "Response[object]":
        """Answer with a problem, and what finds it in the logs."""
        headers = dict(problem.headers)
        if problem.status == 401:
            headers.setdefault("www-authenticate", "Bearer")
        if problem.retry_after is not None:
            headers["retry-after"] = str(problem.retry_after)
        return Response(
            status=problem.status,
            body={**problem.view(), "correlationId": correlation_id},
            content_type=PROBLEM_JSON,
            headers=headers,
        )

    def to_event(self, correlation_id: str) -> Event:
        """Return the answer in payload format 2.0, which nobody on the way may keep."""
        answer: Event = {
            "statusCode": self.status,
            "headers": {
                **self.headers,
                CORRELATION_HEADER: correlation_id,
                # Of all answers, so that none with personal data is forgotten. Public ones are
                # small, and who changed something must see it.
                "cache-control": "no-store",
            },
        }
        if self.body is not None:
            answer["headers"]["content-type"] = self.content_type
            is_text = isinstance(self.body, str) and self.content_type.startswith("text/")
            answer["body"] = self.body if is_text else msgspec.json.encode(self.body).decode()
        return answer


@dataclass(frozen=True, slots=True)
class Declared:
    """What a handler was made of: `blockwork openapi` reads it."""

    route: Callable[..., Response]
    errors: Mapping[type[Exception], int]
    has_problem_page: bool = False


def http_handler(
    route: Callable[..., Response],
    *,
    errors: Mapping[type[Exception], int] | None = None,
    problem_page: Callable[[ProblemError, str], str] | None = None,
    **collaborators: Callable[[], object],
) -> Callable[[Event, LambdaContext], Event]:
    """Return the Lambda handler of one route.

    ::

        handler = http_handler(
            get_product, errors={UnknownProductError: 404}, products=ProductTable.from_environment
        )

    :param route: called with the request and the collaborators by name.
    :param errors: the statuses which domain errors become; their text is the problem's detail,
        their `retry_after`, where they have one, what the caller is told in Retry-After.
        Default: none. Any other exception is logged and answers 500.
    :param problem_page: writes the page of a problem, given its correlation id too, for who follows
        a link in a browser: whose `Accept` prefers HTML. Default: all get problem+json.
    :param collaborators: what builds each of them. Called once: at start-up in Lambda, where a
        fresh environment has a full CPU for it, elsewhere at the first request.
    """
    statuses = errors or {}

    built = all_built_once(collaborators)

    def answer(event: Event, correlation: str) -> Event:
        try:
            return route(Request.from_event(event), **built()).to_event(correlation)
        except ProblemError as error:
            problem = error
        except tuple(statuses) as error:
            status = next(code for kind, code in statuses.items() if isinstance(error, kind))
            later = getattr(error, "retry_after", None)
            problem = ProblemError(status, str(error), retry_after=later)
        except Exception:
            logger.exception("the request failed unexpectedly")
            problem = ProblemError(500, "this is our fault; tell us the correlationId")
        said: Response = Response.problem(problem, correlation_id=correlation)
        if problem_page and prefers_page(_headers(event).get("accept", "")):
            said = said.shown_as(problem_page(problem, correlation))
        return said.to_event(correlation)

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Event, context: LambdaContext) -> Event:
        started = time.perf_counter()
        request_context = event["requestContext"]
        # Without the padding at its end, which is no part of a correlation id in an event.
        fallback = request_context["requestId"].rstrip("=")
        correlation = correlation_id(_headers(event), fallback=fallback)
        logger.set_correlation_id(correlation)
        response = answer(event, correlation)
        # The route, never the path: a path may hold what does not belong in a log.
        logger.info(
            "request",
            method=request_context["http"]["method"],
            route=event["routeKey"],
            status=response["statusCode"],
            duration_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return response

    vars(handler)[DECLARED] = Declared(route, statuses, problem_page is not None)
    return handler


def _bytes(body: str, *, is_base64: bool) -> bytes:
    # An event may hold half of a surrogate pair; whoever reads the body refuses it.
    return base64.b64decode(body) if is_base64 else body.encode(errors="surrogatepass")


def _headers(event: Event) -> dict[str, str]:
    return {name.lower(): value for name, value in (event.get("headers") or {}).items()}
