"""Staying signed in, and what opens a WebSocket."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
from identity.domain.sessions import SessionEndedError, Tokens
from identity.handlers.create_ticket import create_ticket
from identity.handlers.refresh_tokens import refresh_tokens

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.problems import ProblemError
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT, event
from tests.unit.lambda_src.identity.fakes import KeptTickets, KnownSessions
from tests.unit.lambda_src.identity.samples import CREATED, claims

REFRESH = "eyJjdHkiOiJKV1QifQ.aaa-bbb_ccc.ddd==.eee.fff"
SESSIONS = KnownSessions(
    {REFRESH: Tokens(id_token="new-id-token", access_token="new-access-token", expires_in=900)}
)


def refresh(body: object) -> Response:
    return refresh_tokens(Request(body=json.dumps(body).encode()), issuer=SESSIONS)


def test_a_refresh_token_gets_new_tokens() -> None:
    answer = refresh({"refreshToken": REFRESH})

    assert answer == Response.ok(
        {"idToken": "new-id-token", "accessToken": "new-access-token", "expiresIn": 900}
    )


def test_a_refresh_token_that_does_not_count_says_to_sign_in_again() -> None:
    with pytest.raises(SessionEndedError, match="expired or was revoked; sign in again"):
        refresh({"refreshToken": "eyJ.invented"})


@pytest.mark.parametrize(
    "body", [{}, {"refreshToken": ""}, {"refreshToken": "a b"}, {"refreshToken": "x" * 4097}]
)
def test_what_cannot_be_a_refresh_token_answers_422_without_showing_it(body: Any) -> None:
    with pytest.raises(ProblemError) as problem:
        refresh(body)

    assert problem.value.status == 422
    (error,) = problem.value.errors
    assert error.field == "refreshToken"
    assert "a b" not in error.detail
    assert "xxx" not in error.detail


@pytest.mark.parametrize("token", [REFRESH, "eyJ.invented", "sec ret", "secret" * 1000])
def test_no_token_is_logged_whatever_becomes_of_it(token: str, log_lines: LogLines) -> None:
    class Failing(KnownSessions):
        def refresh(self, token: Any) -> Tokens:
            raise RuntimeError(f"no answer for {super().refresh(token)!r}")

    body = json.dumps({"refreshToken": token})
    for issuer in (SESSIONS, Failing(SESSIONS.tokens)):
        handler = http_handler(
            refresh_tokens,
            errors={SessionEndedError: 401},
            issuer=lambda kept=issuer: kept,  # type: ignore[misc]
        )
        handler(event("POST /tokens/refresh", body=body), CONTEXT)

    logged = json.dumps(log_lines())
    assert '"route": "POST /tokens/refresh"' in logged
    for secret in (token, "new-id-token", "new-access-token"):
        assert secret not in logged


def test_a_ticket_counts_for_a_minute_and_only_its_hash_is_kept() -> None:
    tickets = KeptTickets()

    answer = create_ticket(
        Request(claims=claims(user_id="user-2")), tickets=tickets, now=lambda: CREATED
    )

    assert isinstance(answer.body, dict)
    ticket = answer.body["ticket"]
    assert (answer.status, answer.body) == (200, {"ticket": ticket, "expiresIn": 60})
    (kept,) = tickets.kept
    assert kept.user_id == "user-2"
    assert kept.ticket_hash == hashlib.sha256(ticket.encode()).hexdigest()
    assert kept.expires_at == CREATED + timedelta(seconds=60)
    assert ticket not in repr(kept)


def test_every_ticket_is_another_one_of_32_random_bytes() -> None:
    tickets = KeptTickets()

    texts = {
        str(create_ticket(Request(claims=claims()), tickets=tickets).body["ticket"])  # type: ignore[index]
        for _ in range(50)
    }

    assert len(texts) == len({kept.ticket_hash for kept in tickets.kept}) == 50
    assert {len(text) for text in texts} == {43}


def test_without_a_token_there_is_no_ticket() -> None:
    tickets = KeptTickets()

    with pytest.raises(ProblemError) as problem:
        create_ticket(Request(), tickets=tickets)

    assert problem.value.status == 401
    assert tickets.kept == []
