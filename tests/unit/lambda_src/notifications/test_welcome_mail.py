from notifications.domain.mail import Mail
from notifications.handlers.welcome_mail import welcome_mail
from shared.consuming import consume
from shared.events import Envelope, UserSignedUp

from tests.unit.lambda_src.events import CONTEXT
from tests.unit.lambda_src.shared.bus_events import delivered
from tests.unit.lambda_src.shared.fakes import RememberedOnce

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
