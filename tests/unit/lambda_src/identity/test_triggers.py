"""What happens when somebody has confirmed a sign-up, and gets a token."""

import json
from dataclasses import replace
from typing import Any

import pytest
from identity.domain.sign_up import SignUpRefusedError
from identity.handlers.post_confirmation import post_confirmation
from identity.handlers.pre_sign_up import pre_sign_up
from identity.handlers.pre_token_generation import pre_token_generation
from identity.handlers.trigger import trigger_handler
from shared.permissions import LARGEST_CLAIM, permissions_in

from tests.unit.conftest import LogLines
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
NEW_PASSWORD = "PostConfirmation_ConfirmForgotPassword"


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


def test_the_profile_follows_an_address_that_was_changed() -> None:
    users = InMemoryUsers({"user-2": profile()})

    token_for(users, email="ada@new.example")

    assert users.profiles["user-2"] == replace(profile(), email="ada@new.example")


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
