from pathlib import Path

import pytest

from tools.providers.campaigns import (
    Campaigns,
    OtherRequestError,
    Recipient,
    TooLateError,
)
from tools.providers.payments import Payments


def test_a_payment_of_which_half_is_written_was_never_taken(tmp_path: Path) -> None:
    file = tmp_path / "payments.jsonl"
    Payments(file).take("a", amount="25.00", currency="GBP")
    file.write_bytes(file.read_bytes()[:-5])

    assert Payments(file).find("a") is None
    assert Payments(file).take("a", amount="25.00", currency="GBP")[1] is True


ANN = Recipient(reference="ann", email="ann@example.org", unsubscribe_url="https://example.org/u")


def test_a_campaign_is_after_the_process_as_it_was_before(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.jsonl"
    before = Campaigns(file)
    campaign, _ = before.create("k", subject="S", text="T", callback_url="https://example.org")
    batch, _ = before.hand_over(campaign, "b0", [ANN])
    before.begin(campaign, mode="ok", seconds=0.0, times=None)
    before.settle(campaign, batch, ANN, "mailed")
    before.turn(campaign, "sent")

    after = Campaigns(file)

    assert after.all() == before.all()
    assert after.find(campaign.id) == campaign
    assert after.hand_over(after.all()[0], "b0", [ANN]) == (batch, False)
    assert (campaign.status, campaign.sequence, campaign.mailed) == ("sent", 1, 1)


@pytest.mark.parametrize("status", ["pending", "sent", "cancelled"])
def test_a_campaign_that_is_under_way_or_over_takes_no_more_recipients(
    tmp_path: Path, status: str
) -> None:
    campaigns = Campaigns(tmp_path / "campaigns.jsonl")
    campaign, _ = campaigns.create("k", subject="S", text="T", callback_url="https://example.org")
    campaigns.hand_over(campaign, "b0", [ANN])
    campaigns.begin(campaign, mode="ok", seconds=0.0, times=None)
    if status == "cancelled":
        campaigns.cancel(campaign)
    elif status == "sent":
        campaigns.turn(campaign, "sent")

    with pytest.raises(TooLateError, match=status):
        campaigns.hand_over(campaign, "b1", [ANN])

    assert campaigns.hand_over(campaign, "b0", [ANN])[1] is False
    with pytest.raises(OtherRequestError):
        campaigns.hand_over(campaign, "b0", [])
