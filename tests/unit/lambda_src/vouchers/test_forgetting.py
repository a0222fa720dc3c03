"""A user who is gone: whom they bought vouchers for is nobody's business any more."""

from shared.events import UserDeleted
from vouchers.domain.forgetting import NOBODY
from vouchers.handlers.forget_user import forget_user

from blockwork.runtime.consuming import consume
from blockwork.runtime.envelope import Envelope
from tests.unit.blockwork.runtime.bus_events import delivered
from tests.unit.lambda_src.events import CONTEXT


class Addresses(dict[str, str]):
    """To whom each user's voucher went."""

    def forget(self, user_id: str) -> None:
        self[user_id] = str(NOBODY)


def test_the_addresses_of_who_is_gone_are_forgotten_however_often_it_is_told() -> None:
    kept = Addresses({"user-1": "friend@example.org", "user-2": "aunt@example.org"})
    handler = consume(UserDeleted, forget_user, recipients=lambda: kept)

    gone = Envelope.of(UserDeleted(user_id="user-1"), correlation_id="night-1")

    for _ in range(2):
        handler(delivered(gone), CONTEXT)

        assert kept == {"user-1": "forgotten@example.invalid", "user-2": "aunt@example.org"}
