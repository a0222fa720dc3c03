"""What happens when somebody signs up, confirms it and gets a token."""

import json
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.domain.sign_up import SignUpRefusedError, check_sign_up
from identity.handlers.blocked_domains import blocked_domains_from_environment
from identity.handlers.post_confirmation import post_confirmation
from identity.handlers.pre_sign_up import pre_sign_up
from identity.handlers.pre_token_generation import pre_token_generation
from identity.handlers.trigger import trigger_handler
from shared.events import EmailAddress
from shared.permissions import LARGEST_CLAIM, permissions_in

from tests.unit.lambda_src.conftest import LogLines
from tests.unit.lambda_src.events import CONTEXT
from tests.unit.lambda_src.identity.fakes import InMemoryUsers
from tests.unit.lambda_src.identity.samples import (
    CREATED,
    EMAIL,
    grant,
    permissions,
    profile,
    trigger_event,
)

BLOCKED = frozenset({"blocked.example", "throwaway.example"})
INVITED = "PreSignUp_AdminCreateUser"
FROM_OUTSIDE = "PreSignUp_ExternalProvider"
UPDATED = "CustomMessage_UpdateUserAttribute"
NEW_PASSWORD = "PostConfirmation_ConfirmForgotPassword"


def sign_up(email: str, source: str = "PreSignUp_SignUp") -> None:
    pre_sign_up(trigger_event(source, email=email), blocked_domains=BLOCKED)


@pytest.mark.parametrize(
    "email",
    [
        EMAIL,
        "a@b.co",
        "Ada.Lovelace+tariffs@Mail.Example.com",
        "o'neill_!#$%&*/?=^`{|}~-@x-1.example",
        "x" * 64 + "@example.com",
        "a@notblocked.example",
        "a@blocked.example.com",
    ],
)
def test_an_address_of_the_usual_kind_may_sign_up(email: str) -> None:
    sign_up(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "ada@example",
        "ada@@example.com",
        "ada lovelace@example.com",
        '"ada lovelace"@example.com',
        "ada@exam ple.com",
        "ada@-example.com",
        "ada@example..com",
        "ada@example.com.",
        "ada@example.com\n",
        "ada@[127.0.0.1]",
        "ada@bücher.example",
        "ada@example.com, eve@example.com",
        "x" * 65 + "@example.com",
        "a@" + "x." * 130 + "com",
    ],
)
def test_any_other_address_is_refused_with_an_example(email: str) -> None:
    with pytest.raises(SignUpRefusedError, match=r"please enter one e-mail .*name@example\.com$"):
        sign_up(email)


@pytest.mark.parametrize(
    "email", ["a@blocked.example", "a@BLOCKED.Example", "a@mail.blocked.example"]
)
@pytest.mark.parametrize(
    "source", ["PreSignUp_SignUp", UPDATED, "CustomMessage_VerifyUserAttribute"]
)
def test_an_address_of_a_blocked_domain_is_refused_without_naming_it(
    email: str, source: str
) -> None:
    with pytest.raises(SignUpRefusedError, match=r"please use another one$") as error:
        sign_up(email, source)

    assert "blocked" not in str(error.value)


@pytest.mark.parametrize(
    ("blocked", "domain"),
    [
        ("Bücher.example", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "XN--BCHER-KVA.example"),
        ("straße.example", "strasse.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("straße.example", "mail.xn--strae-oqa.example"),
        ("\uff42in.example", "bin.example"),
        (" bin.example. ", "bin.example"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("example", "any.example"),
    ],
)
def test_a_domain_is_blocked_however_it_is_written(blocked: str, domain: str) -> None:
    with pytest.raises(SignUpRefusedError, match="please use another one"):
        check_sign_up(f"a@{domain}", blocked_domains=[blocked])


@pytest.mark.parametrize("blocked", ["", ".", "..", "x" * 70, "strasse.example", "é" * 80])
def test_no_other_domain_is_blocked(blocked: str) -> None:
    check_sign_up("a@xn--strae-oqa.example", blocked_domains=[blocked])


@given(st.emails() | st.from_regex(r"\A[!-~é]{1,70}@[!-~é]{1,70}\Z"))
def test_every_address_that_may_sign_up_fits_the_event_that_tells_of_it(email: str) -> None:
    try:
        check_sign_up(email, blocked_domains=())
    except SignUpRefusedError:
        return
    assert msgspec.convert(email, EmailAddress) == email


@pytest.mark.parametrize(
    "source",
    [INVITED, FROM_OUTSIDE, "CustomMessage_ForgotPassword", "CustomMessage_AdminCreateUser"],
)
def test_who_is_invited_or_known_elsewhere_is_not_checked(source: str) -> None:
    sign_up("odd address@blocked.example", source)


@pytest.mark.parametrize(
    ("variable", "refused"),
    [
        ("", False),
        (" , ", False),
        ("other.example", False),
        ("other.example, Blocked.example", True),
    ],
)
def test_the_blocked_domains_come_from_the_environment(
    variable: str, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLOCKED_EMAIL_DOMAINS", variable)
    handler = trigger_handler(pre_sign_up, blocked_domains=blocked_domains_from_environment)
    event = trigger_event("PreSignUp_SignUp", email="a@blocked.example")

    if refused:
        with pytest.raises(SignUpRefusedError):
            handler(event, CONTEXT)
    else:
        assert handler(event, CONTEXT) is event


def confirm(users: InMemoryUsers, source: str = "PostConfirmation_ConfirmSignUp") -> None:
    post_confirmation(trigger_event(source), profiles=users, now=lambda: CREATED)


def test_who_confirms_their_address_gets_an_empty_profile() -> None:
    users = InMemoryUsers()

    confirm(users)

    kept = users.profiles["user-2"]
    assert (kept.email, kept.created_at, kept.updated_at) == (EMAIL, CREATED, CREATED)
    assert (kept.details.display_name, kept.details.phone, kept.details.newsletter) == (
        "",
        "",
        False,
    )


def test_a_confirmation_that_comes_again_changes_nothing() -> None:
    users = InMemoryUsers({"user-2": profile()})

    confirm(users)

    assert users.profiles == {"user-2": profile()}


def test_a_new_password_that_is_confirmed_is_no_sign_up() -> None:
    users = InMemoryUsers()

    confirm(users, NEW_PASSWORD)

    assert users.profiles == {}


def token_for(
    users: InMemoryUsers, *groups: str, configured: bool = True, **attributes: str
) -> dict[str, Any]:
    event = trigger_event(
        "TokenGeneration_Authentication", response={"claimsOverrideDetails": None}, **attributes
    )
    event["request"]["groupConfiguration"] = (
        {"groupsToOverride": list(groups), "iamRolesToOverride": [], "preferredRole": None}
        if configured
        else None
    )
    pre_token_generation(event, accounts=users, blocked_domains=BLOCKED, now=lambda: CREATED)
    details: dict[str, Any] = event["response"]["claimsOverrideDetails"]
    return details


def claim(users: InMemoryUsers, *groups: str) -> str:
    details = token_for(users, *groups)
    added: dict[str, str] = details["claimsToAddOrOverride"]
    # Cognito takes a claim away that is both set and suppressed.
    assert ("permissions" in added) is not ("permissions" in details["claimsToSuppress"])
    return added.get("permissions", "")


def test_a_token_says_what_its_user_may_do() -> None:
    users = InMemoryUsers({"user-2": profile()}, {"user-2": grant("write:products", "list:users")})

    assert claim(users, "customers") == "list:users write:products"


def test_the_token_of_an_administrator_allows_everything() -> None:
    assert claim(InMemoryUsers({"user-2": profile()}), "administrators") == "*:*"


@pytest.mark.parametrize("configured", [True, False])
def test_what_the_pool_keeps_never_stands_where_the_claims_do(configured: bool) -> None:
    details = token_for(InMemoryUsers(), configured=configured)

    assert details["claimsToSuppress"] == ["permissions"]
    assert details["claimsToAddOrOverride"] == {}
    assert details["groupOverrideDetails"]["groupsToOverride"] == ["customers"]


def test_the_groups_stay_in_the_token() -> None:
    details = token_for(InMemoryUsers(), "customers", "administrators")

    assert details["groupOverrideDetails"]["groupsToOverride"] == ["customers", "administrators"]


def test_who_is_in_none_of_our_groups_is_a_customer() -> None:
    details = token_for(InMemoryUsers(), "eu-west-2_AbCdEfGhI_Google")

    assert details["groupOverrideDetails"]["groupsToOverride"] == [
        "eu-west-2_AbCdEfGhI_Google",
        "customers",
    ]


def test_more_permissions_than_fit_are_left_out_with_a_warning(log_lines: LogLines) -> None:
    many = [f"write:products/{number:03}-{'x' * 60}" for number in range(100)]
    users = InMemoryUsers({"user-2": profile()}, {"user-2": grant(*many)})

    said = claim(users)

    assert len(said) <= LARGEST_CLAIM
    granted = permissions_in(said)
    assert granted == permissions(*many[: len(granted)])
    (warning,) = [line for line in log_lines() if line["level"] == "WARNING"]
    assert warning["left_out"] == 100 - len(granted)


def test_who_has_no_profile_gets_one_with_their_first_token() -> None:
    users = InMemoryUsers()

    token_for(users)

    assert users.profiles["user-2"].email == EMAIL


@pytest.mark.parametrize("source", ["CONFIRMED", "EXTERNAL_PROVIDER"])
def test_who_has_changed_to_a_blocked_address_gets_no_token(source: str) -> None:
    users = InMemoryUsers({"user-2": profile()}, {"user-2": grant("write:products")})
    now: dict[str, Any] = {"email": "a@mail.Blocked.example", "cognito:user_status": source}

    if source == "EXTERNAL_PROVIDER":  # which answers for what it says
        assert token_for(users, **now)["claimsToAddOrOverride"]
    else:
        with pytest.raises(SignUpRefusedError, match="please use another one"):
            token_for(users, **now)


@pytest.mark.parametrize("kept", [None, "a@blocked.example"])
def test_who_was_let_in_with_an_address_stays(kept: str | None) -> None:
    users = InMemoryUsers({"user-2": replace(profile(), email=kept)} if kept else {})

    assert token_for(users, email="A@Blocked.example")["claimsToSuppress"] == ["permissions"]


def test_a_token_changes_no_profile() -> None:
    users = InMemoryUsers({"user-2": profile()})

    token_for(users)

    assert users.profiles == {"user-2": profile()}


def test_without_knowing_the_permissions_there_is_no_token() -> None:
    def fail() -> None:
        raise TimeoutError("the table gives no answer")

    with pytest.raises(TimeoutError):
        token_for(InMemoryUsers(before=fail), "administrators")


def test_a_trigger_hands_the_event_back_and_logs_one_line_about_it(log_lines: LogLines) -> None:
    users = InMemoryUsers()
    handler = trigger_handler(post_confirmation, profiles=lambda: users)
    event = trigger_event("PostConfirmation_ConfirmSignUp")
    before = json.loads(json.dumps(event))

    assert handler(event, CONTEXT) == before

    (line,) = log_lines()
    assert (line["message"], line["source"], line["outcome"]) == (
        "trigger",
        "PostConfirmation_ConfirmSignUp",
        "done",
    )
    assert users.profiles["user-2"].correlation_id == line["correlation_id"] == "lambda-request"


@pytest.mark.parametrize("email", [EMAIL, "not an address", "eve@blocked.example"])
def test_nothing_about_the_person_is_logged(email: str, log_lines: LogLines) -> None:
    event = trigger_event("PreSignUp_SignUp", email=email, phone_number="+441632960961")
    handler = trigger_handler(pre_sign_up, blocked_domains=lambda: BLOCKED)

    said = ""
    try:
        handler(event, CONTEXT)
    except SignUpRefusedError as refused:
        said = str(refused)

    (line,) = log_lines()
    assert line["outcome"] == ("refused" if said else "done")
    for personal in (email, "+441632960961", "user-2"):
        assert personal not in json.dumps(line) + said
