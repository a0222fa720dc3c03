"""A user's own profile."""

import json
from dataclasses import replace
from typing import Any

import pytest
from identity.domain.profile import DisplayName, PhoneNumber, UnknownProfileError
from identity.handlers.get_profile import get_profile
from identity.handlers.replace_profile import replace_profile

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import FieldError, ProblemError
from tests.unit.lambda_src.identity.fakes import InMemoryUsers
from tests.unit.lambda_src.identity.samples import LATER, claims, profile

ADA = claims(user_id="user-2", email="ada@new.example")
VIEW = {
    "userId": "user-2",
    "email": "ada@new.example",
    "displayName": "Ada",
    "phone": "+441632960961",
    "newsletter": True,
    "newsletterSince": "2026-03-01T09:30:00.123Z",
    "createdAt": "2026-03-01T09:30:00.123Z",
    "updatedAt": "2026-03-01T09:30:00.123Z",
}


def get(users: InMemoryUsers, by: dict[str, Any] = ADA) -> Response:
    return get_profile(Request(claims=by), profiles=users)


def put(
    users: InMemoryUsers, body: object, by: dict[str, Any] = ADA, *, if_match: str | None = None
) -> Response:
    headers = {"if-match": if_match} if if_match else {}
    request = Request(body=json.dumps(body).encode(), claims=by, headers=headers)
    return replace_profile(request, profiles=users, now=lambda: LATER)


@pytest.fixture
def users() -> InMemoryUsers:
    return InMemoryUsers({"user-2": profile(), "user-3": profile("user-3", name="Grace")})


def test_a_user_sees_their_own_profile_with_the_address_of_their_token(
    users: InMemoryUsers,
) -> None:
    assert get(users).body == VIEW


def test_who_has_no_profile_yet_is_told_how_to_get_one() -> None:
    with pytest.raises(UnknownProfileError, match="sign in again"):
        get(InMemoryUsers())


def test_a_profile_is_replaced_and_others_stay(users: InMemoryUsers) -> None:
    answer = put(users, {"displayName": " Ada L. ", "phone": "", "newsletter": False})

    expected = VIEW | {
        "displayName": "Ada L.",
        "phone": "",
        "newsletter": False,
        "updatedAt": "2026-04-02T18:00:00.000Z",
    }
    del expected["newsletterSince"]
    assert answer.body == expected
    assert get(users) == answer
    assert users.profiles["user-3"] == profile("user-3", name="Grace")


def test_phone_and_newsletter_may_be_left_out(users: InMemoryUsers) -> None:
    answer = put(users, {"displayName": ""})

    assert isinstance(answer.body, dict)
    assert [answer.body[name] for name in ("displayName", "phone", "newsletter")] == ["", "", False]


def test_since_when_somebody_wants_the_newsletter_stays_until_they_do_not(
    users: InMemoryUsers,
) -> None:
    wants = {"displayName": "Ada", "newsletter": True}

    assert _since(put(users, wants)) == VIEW["newsletterSince"]
    assert _since(put(users, {"displayName": "Ada"})) is None
    assert _since(put(users, wants)) == "2026-04-02T18:00:00.000Z"


def _since(answer: Response) -> object:
    assert isinstance(answer.body, dict)
    return answer.body.get("newsletterSince")


def test_who_has_no_profile_gets_one_by_writing_it() -> None:
    users = InMemoryUsers()

    assert put(users, {"displayName": "Ada"}).status == 200
    assert users.profiles["user-2"].created_at == LATER


def test_what_is_wrong_with_each_field_is_named_and_nothing_is_kept(users: InMemoryUsers) -> None:
    with pytest.raises(ProblemError) as problem:
        put(users, {"displayName": "x" * 101, "phone": "020 7946 0018", "email": "b@example.com"})

    assert problem.value.status == 422
    assert [error.field for error in problem.value.errors] == ["displayName", "phone", "email"]
    assert FieldError("displayName", "must have at most 100 characters, got 101") in (
        problem.value.errors
    )
    assert users.profiles["user-2"] == profile()


@pytest.mark.parametrize("route", [get, lambda users, by: put(users, {"displayName": "x"}, by)])
def test_without_a_token_there_is_no_profile(users: InMemoryUsers, route: Any) -> None:
    with pytest.raises(ProblemError) as problem:
        route(users, {})

    assert problem.value.status == 401


@pytest.mark.parametrize("text", ["", "x" * 100, "Zoë 👩‍🔧", "O'Neill & Söhne"])
def test_a_name_stays_as_it_was_given(text: str) -> None:
    assert DisplayName(text) == text


@pytest.mark.parametrize("control", ["\x00", "\n", "\x85", "\u2028", "\u202e"])
def test_a_name_must_have_no_control_characters(control: str) -> None:
    with pytest.raises(ValueError, match="must have no control characters, got"):
        DisplayName(f"A{control}da")


@pytest.mark.parametrize("text", ["", "+12", "+441632960961", "+999999999999999"])
def test_a_number_in_the_international_form_is_taken(text: str) -> None:
    assert PhoneNumber(text) == text


@pytest.mark.parametrize(
    "text", ["+", "+1", "+0123", "0123", "+44 163", "+44a", "+1234567890123456", "+12\n", "+٣٤"]
)
def test_any_other_number_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"such as \+441632960961, or empty, got"):
        PhoneNumber(text)


def test_when_the_profile_was_made_and_by_what_stays(users: InMemoryUsers) -> None:
    put(users, {"displayName": "Ada"})

    kept = users.profiles["user-2"]
    assert replace(kept, details=profile().details, email=profile().email) == replace(
        profile(), updated_at=LATER, version=kept.version, newsletter_since=None
    )


def test_two_tabs_cannot_overwrite_each_other_unseen(users: InMemoryUsers) -> None:
    seen = get(users).headers["etag"]
    theirs = put(users, {"displayName": "Lovelace"}, if_match=seen)

    with pytest.raises(ProblemError) as problem:
        put(users, {"displayName": "Byron"}, if_match=seen)

    assert problem.value.status == 412
    assert problem.value.extensions == {"current": theirs.body}
    assert problem.value.headers == theirs.headers
    assert get(users) == theirs


def test_a_profile_with_another_address_has_another_tag(users: InMemoryUsers) -> None:
    before = get(users).headers["etag"]
    moved = ADA | {"email": "ada@moved.example"}

    assert get(users, moved).headers["etag"] != before
    with pytest.raises(ProblemError) as problem:
        put(users, {"displayName": "Ada"}, moved, if_match=before)

    assert problem.value.status == 412


@pytest.mark.parametrize("if_match", ["*", '"0"', '"a1"'])
def test_a_profile_that_is_not_there_matches_nothing(if_match: str) -> None:
    users = InMemoryUsers()

    with pytest.raises(ProblemError) as problem:
        put(users, {"displayName": "Ada"}, if_match=if_match)

    assert problem.value.status == 412
    assert problem.value.extensions == {"current": None}
    assert users.profiles == {}
