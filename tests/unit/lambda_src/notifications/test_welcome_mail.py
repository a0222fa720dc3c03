import pytest
from notifications.domain.mail import Mail
from notifications.handlers.welcome_mail import welcome_mail
from shared.events import UserSignedUp

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope, InvalidEventError
from tests.unit.blockwork.runtime.bus_events import delivered
from tests.unit.blockwork.runtime.fakes import RememberedOnce
from tests.unit.lambda_src.events import CONTEXT

SIGNED_UP = Envelope.of(
    UserSignedUp(user_id="u1", email="ada@example.com"), correlation_id="c1", id_="e1"
)


class Outbox:
    """The port `Mailer`, in a list."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> None:
        self.sent.append(mail)


def test_who_signs_up_is_welcomed() -> None:
    outbox = Outbox()

    welcome_mail(SIGNED_UP, mailer=outbox)

    (mail,) = outbox.sent
    assert mail.to == "ada@example.com"
    assert mail.subject == "Welcome to Blockwork Energy"
    assert "Sign in with ada@example.com" in mail.text


@pytest.mark.parametrize("email", ["=?utf-8?q?a?=@x.com", '"a"@example.com', "a@localhost"])
def test_who_has_no_address_that_mail_reaches_is_told_nothing(email: str) -> None:
    outbox = Outbox()
    signed_up = Envelope.of(UserSignedUp(user_id="u1", email=email), correlation_id="c1")

    with pytest.raises(InvalidEventError, match="no address that mail reaches") as error:
        welcome_mail(signed_up, mailer=outbox)

    assert email not in str(error.value)
    assert outbox.sent == []


def test_nobody_is_welcomed_twice() -> None:
    outbox = Outbox()
    handler = consume(UserSignedUp, welcome_mail, once=RememberedOnce, mailer=lambda: outbox)

    for event in (
        delivered(SIGNED_UP),
        delivered(SIGNED_UP),
        delivered(SIGNED_UP, replay="last-hour"),
    ):
        handler(event, CONTEXT)

    assert len(outbox.sent) == 1
