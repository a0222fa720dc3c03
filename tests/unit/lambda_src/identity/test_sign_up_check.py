"""Who may sign up, and with which addresses."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from identity.domain.sign_up import SignUpRefusedError, check_sign_up
from identity.handlers.blocked_domains import blocked_domains_from_environment
from identity.handlers.pre_sign_up import pre_sign_up
from identity.handlers.trigger import trigger_handler
from shared.events import EmailAddress

from tests.unit.lambda_src.events import CONTEXT
from tests.unit.lambda_src.identity.samples import (
    EMAIL,
    trigger_event,
)

BLOCKED = frozenset({"blocked.example", "throwaway.example"})
INVITED = "PreSignUp_AdminCreateUser"
FROM_OUTSIDE = "PreSignUp_ExternalProvider"
UPDATED = "CustomMessage_UpdateUserAttribute"


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
