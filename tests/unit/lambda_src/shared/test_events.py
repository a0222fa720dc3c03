from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from shared.events import EVENTS, ForecastStored, UserSignedUp, VoucherPaid

from blockwork.runtime.envelope import (
    Envelope,
    Event,
    InvalidEventError,
    UnsupportedVersionError,
    read_event,
)
from tests.unit.blockwork.runtime.bus_events import delivered

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNED_UP = UserSignedUp(user_id="user-1", email="ada@example.com")


def signed_up() -> dict[str, Any]:
    return delivered(Envelope.of(SIGNED_UP, correlation_id="c1", id_="e1", time=NOON))


def test_every_event_of_the_platform_is_known_by_its_name() -> None:
    assert {name: kind.SOURCE.removeprefix("blockwork.") for name, kind in EVENTS.items()} == {
        "UserSignedUp": "identity",
        "PermissionsChanged": "identity",
        "UserDeleted": "identity",
        "ProductChanged": "catalog",
        "VoucherPaid": "vouchers",
        "VoucherIssued": "vouchers",
        "VoucherMailed": "vouchers",
        "VoucherMailRequested": "vouchers",
        "VoucherFailed": "vouchers",
        "ImportProgressed": "readings",
        "ReadingsImported": "readings",
        "ImportFailed": "readings",
        "ForecastStored": "forecast",
        "CampaignSent": "campaigns",
        "CampaignFailed": "campaigns",
        "TaskOpened": "support",
        "TaskClosed": "support",
    }


def test_a_detail_is_metadata_and_data_in_camel_case() -> None:
    paid = VoucherPaid(
        voucher_id="v1",
        user_id="u1",
        amount="25.00",
        currency="GBP",
        recipient_email="ada@example.com",
    )
    envelope = Envelope.of(paid, correlation_id="c1", id_="e1", time=NOON)

    assert (envelope.source, envelope.name) == ("blockwork.vouchers", "VoucherPaid")
    assert msgspec.json.decode(envelope.to_detail()) == {
        "metadata": {
            "id": "e1",
            "correlationId": "c1",
            "time": "2026-03-01T12:00:00Z",
            "version": 1,
        },
        "data": {
            "voucherId": "v1",
            "userId": "u1",
            "amount": "25.00",
            "currency": "GBP",
            "recipientEmail": "ada@example.com",
        },
    }


def test_an_event_comes_back_as_it_was_told() -> None:
    told = Envelope.of(
        ForecastStored(date=date(2026, 3, 2), regions=("London", "Leeds")), correlation_id="c1"
    )

    assert read_event(delivered(told), ForecastStored) == told


def test_events_get_ids_of_their_own_and_the_present_time() -> None:
    before = datetime.now(UTC)
    first, second = (Envelope.of(SIGNED_UP, correlation_id="c1").metadata for _ in range(2))

    assert first.id != second.id
    assert before <= first.time <= datetime.now(UTC)


def test_times_are_told_in_utc() -> None:
    summer = timezone(timedelta(hours=1))
    told = Envelope.of(SIGNED_UP, correlation_id="c1", time=NOON.astimezone(summer))

    assert b'"time":"2026-03-01T12:00:00Z"' in told.to_detail()


def test_a_request_id_of_api_gateway_is_a_correlation_id() -> None:
    Envelope.of(SIGNED_UP, correlation_id="JKJaXmPLvHcESHA=").to_detail()


@pytest.mark.parametrize("email", ["", "nobody", "a b@example.com", "ada@example.com\n", 7])
def test_what_does_not_fit_the_contract_is_not_told(email: Any) -> None:
    told = Envelope.of(UserSignedUp(user_id="u1", email=email), correlation_id="c1")

    with pytest.raises(InvalidEventError, match=r"UserSignedUp does not fit .*\$.data.email"):
        told.to_detail()


METADATA = {"id": "e1", "correlationId": "c1", "time": "2026-03-01T12:00:00Z", "version": 1}
DATA = {"userId": "u1", "email": "ada@example.com"}


@pytest.mark.parametrize(
    "detail",
    [
        None,
        {},
        {"metadata": {}, "data": DATA},
        {"metadata": METADATA},
        {"metadata": METADATA | {"time": "2026-03-01T12:00:00"}, "data": DATA},
        {"metadata": METADATA | {"id": ""}, "data": DATA},
        {"metadata": METADATA | {"version": 0}, "data": DATA},
        {"metadata": METADATA, "data": DATA | {"email": 7}},
    ],
)
def test_poison_is_refused(detail: object) -> None:
    with pytest.raises(InvalidEventError, match="UserSignedUp does not fit its contract"):
        read_event(signed_up() | {"detail": detail}, UserSignedUp)


def test_a_refusal_does_not_repeat_the_data() -> None:
    event = signed_up()
    event["detail"]["data"]["email"] = "secret of ada"

    with pytest.raises(InvalidEventError) as refusal:
        read_event(event, UserSignedUp)

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("other", [{"source": "aws.s3"}, {"detail-type": "VoucherPaid"}])
def test_an_event_of_another_kind_is_refused(other: dict[str, str]) -> None:
    with pytest.raises(InvalidEventError, match="expected UserSignedUp from "):
        read_event(signed_up() | other, UserSignedUp)


def test_unknown_fields_are_tolerated() -> None:
    event = signed_up()
    event["detail"]["data"]["nickname"] = "Countess"
    event["detail"]["metadata"]["tenant"] = "north"

    assert read_event(event, UserSignedUp).data == SIGNED_UP


def test_an_event_of_a_future_version_is_refused_before_its_data_is_looked_at() -> None:
    event = signed_up()
    event["detail"]["metadata"]["version"] = 2
    event["detail"]["data"] = {"person": {"id": "u1"}}

    with pytest.raises(UnsupportedVersionError, match="has version 2, this code knows version 1"):
        read_event(event, UserSignedUp)


def test_an_event_of_a_version_that_is_no_more_is_refused() -> None:
    class Moved(Event, frozen=True, kw_only=True):
        SOURCE = "blockwork.identity"
        VERSION = 2

    event = signed_up() | {"detail-type": "Moved"}

    with pytest.raises(UnsupportedVersionError, match="has version 1, this code knows version 2"):
        read_event(event, Moved)
