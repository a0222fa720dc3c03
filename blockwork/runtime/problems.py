"""Every answer that is not a success: problem details (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType

PROBLEM_JSON = "application/problem+json"
NOTHING: Mapping[str, str] = MappingProxyType({})

# RFC 9457 wants the status's own phrase as the title of an `about:blank` problem. `http.HTTPStatus`
# is no source for it: its phrases for 413 and 422 changed between Python 3.11 and 3.13.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of a body."""

    field: str
    detail: str


class ProblemError(Exception):
    """Ends a request with a problem instead of the answer the caller hoped for.

    :param status: one of `TITLES`.
    :param detail: what is wrong with this request and what to do, for a person to read.
    :param errors: the fields of the body which are wrong. Default: it is not about fields.
    :param retry_after: in how many seconds the same request may succeed. Default: not known.
    :param extensions: further members of the problem. Default: none.
    :param headers: of the answer, by lower-case name. Default: none.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        retry_after: int | None = None,
        extensions: Mapping[str, object] = NOTHING,
        headers: Mapping[str, str] = NOTHING,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = errors
        self.retry_after = retry_after
        self.extensions = extensions
        self.headers = headers

    def view(self) -> dict[str, object]:
        """Return the problem as the caller sees it."""
        body: dict[str, object] = {
            "type": "about:blank",
            "title": TITLES[self.status],
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        return body | dict(self.extensions)
