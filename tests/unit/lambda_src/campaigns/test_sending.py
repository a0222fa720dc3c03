"""The steps of the workflow, one by one."""

from dataclasses import replace

import pytest
from campaigns.domain import sending
from campaigns.domain.accounting import Outcome
from campaigns.domain.campaign import CampaignStatus, Reason
from campaigns.domain.campaigns import Batch
from campaigns.domain.outside import ProviderUnavailableError, Sending
from campaigns.domain.sending import (
    TooManyRecipientsError,
    account,
    close,
    create,
    finish,
    hand_over,
    look,
    prepare,
    send,
)

from tests.unit.lambda_src.campaigns.fakes import (
    NOW,
    FakeAudience,
    FakeDoorbell,
    FakeProvider,
    InMemoryCampaigns,
    campaign,
)

SENT, FAILED, CANCELLED = CampaignStatus.SENT, CampaignStatus.FAILED, CampaignStatus.CANCELLED


class Service:
    """Everything that a campaign needs, in memory."""

    def __init__(self, users: int = 5) -> None:
        self.campaigns = InMemoryCampaigns()
        self.audience = FakeAudience(users=[f"u{n:03}" for n in range(users)], page_size=2)
        self.provider = FakeProvider()
        self.doorbell = FakeDoorbell()
        self.campaigns.start(campaign(), user_id="admin", key=None)

    def prepare(self) -> tuple[int, ...]:
        prepared = prepare("c1", now=NOW, campaigns=self.campaigns, audience=self.audience)
        assert prepared.done or prepared.cancelled
        return prepared.batches

    def hand_over(self, number: int) -> None:
        hand_over(
            "c1",
            number,
            campaigns=self.campaigns,
            audience=self.audience,
            provider=self.provider,
        )

    def until_sending(self) -> None:
        batches = self.prepare()
        create("c1", campaigns=self.campaigns, provider=self.provider)
        for number in batches:
            self.hand_over(number)
        assert send("c1", campaigns=self.campaigns, provider=self.provider) is Sending.PENDING

    def end(self, ending: CampaignStatus) -> None:
        both = {"campaigns": self.campaigns, "provider": self.provider}
        ending, batches = close("c1", ending=ending, now=NOW, **both)  # type: ignore[arg-type]
        for number in batches:
            account("c1", number, ending=ending, **both)  # type: ignore[arg-type]
        finish(
            "c1",
            ending=ending,
            reason="it failed",
            now=NOW,
            campaigns=self.campaigns,
            doorbell=self.doorbell,
        )


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_campaign_is_sent_to_everybody_who_still_wants_it_at_its_hand_over(
    service: Service,
) -> None:
    batches = service.prepare()
    assert batches == (1, 2, 3)
    assert service.campaigns.get("c1").recipients == 5
    create("c1", campaigns=service.campaigns, provider=service.provider)
    service.hand_over(1)
    service.audience.left = {"u000": Reason.UNSUBSCRIBED, "u003": Reason.DELETED}
    service.hand_over(2)
    service.hand_over(3)
    send("c1", campaigns=service.campaigns, provider=service.provider)
    service.provider.mail()
    service.end(SENT)

    assert sorted(service.provider.mailed) == ["u000", "u001", "u002", "u004"]
    shown = service.campaigns.get("c1")
    assert (shown.status, shown.mailed) == (SENT, 4)
    assert shown.not_mailed == {Reason.DELETED: 1}
    assert shown.reason is None
    assert service.doorbell.ended


def test_preparing_goes_on_after_the_batch_that_was_kept_last(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCHES_A_STEP", 1)

    def step() -> bool:
        return prepare("c1", now=NOW, campaigns=service.campaigns, audience=service.audience).done

    assert [step() for _ in range(4)] == [False, False, False, True]
    assert service.audience.asked == [None, "u001", "u003"]
    batches = [service.campaigns.batch("c1", number).user_ids for number in (1, 2, 3)]
    assert batches == [("u000", "u001"), ("u002", "u003"), ("u004",)]


def test_who_is_told_of_an_empty_audience_has_sent_to_nobody() -> None:
    service = Service(users=0)

    assert service.prepare() == ()
    service.until_sending()
    service.end(CANCELLED)

    shown = service.campaigns.get("c1")
    assert (shown.status, shown.recipients, shown.not_mailed) == (CANCELLED, 0, {})


def test_an_audience_that_is_too_large_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "MOST_RECIPIENTS", 4)

    with pytest.raises(TooManyRecipientsError, match="may have 4 recipients, found 5"):
        service.prepare()


def test_an_earlier_hand_over_that_came_after_all_counts_with_whom_it_had(
    service: Service,
) -> None:
    service.prepare()
    create("c1", campaigns=service.campaigns, provider=service.provider)
    told = []

    class Late(FakeProvider):
        def report(self, provider_id: str, key: str) -> object:  # type: ignore[override]
            told.append(key)
            if len(told) == 1:  # the first try is still on its way
                self.batches[key] = ("u000", "u001")
                return None
            return super().report(provider_id, key)

    service.provider = Late()
    service.audience.left = {"u000": Reason.UNSUBSCRIBED}
    service.hand_over(1)

    assert service.campaigns.batch("c1", 1).left == {}
    assert service.provider.batches["c1-1"] == ("u000", "u001")


def test_a_provider_that_refuses_a_batch_it_does_not_have_is_asked_again_later(
    service: Service,
) -> None:
    class Confused(FakeProvider):
        def report(self, provider_id: str, key: str) -> None:
            return None

    service.prepare()
    create("c1", campaigns=service.campaigns, provider=service.provider)
    service.provider = Confused(batches={"c1-1": ("somebody",)})

    with pytest.raises(ProviderUnavailableError, match="no report of the batch c1-1"):
        service.hand_over(1)


def test_a_cancelled_campaign_hands_nobody_over_and_mails_nobody(service: Service) -> None:
    service.prepare()
    create("c1", campaigns=service.campaigns, provider=service.provider)
    service.campaigns.request_cancel("c1", now=NOW)
    service.hand_over(1)

    assert send("c1", campaigns=service.campaigns, provider=service.provider) is Sending.CANCELLED
    service.end(CANCELLED)
    assert service.provider.requests == ["create", "cancel"]
    shown = service.campaigns.get("c1")
    assert shown.not_mailed == {Reason.CANCELLED: 5}


def test_what_was_mailed_before_it_was_cancelled_stays_mailed(service: Service) -> None:
    service.until_sending()
    service.provider.mail(2)
    service.end(CANCELLED)
    service.provider.mail()

    shown = service.campaigns.get("c1")
    assert (shown.status, shown.mailed, shown.not_mailed) == (CANCELLED, 2, {Reason.CANCELLED: 3})
    assert len(service.provider.mailed) == 2


@pytest.mark.parametrize("ending", [CANCELLED, FAILED])
def test_a_campaign_that_was_sent_before_it_could_be_stopped_is_sent(
    service: Service, ending: CampaignStatus
) -> None:
    service.until_sending()
    service.provider.mail()
    service.end(ending)

    shown = service.campaigns.get("c1")
    assert (shown.status, shown.mailed, shown.reason) == (SENT, 5, None)


def test_a_failed_campaign_says_why_and_who_got_nothing(service: Service) -> None:
    service.until_sending()
    service.provider.rejects = {"u001"}
    service.provider.mail(1)
    service.provider.fail()
    service.end(FAILED)

    shown = service.campaigns.get("c1")
    assert (shown.status, shown.reason) == (FAILED, "it failed")
    assert (shown.mailed, shown.not_mailed) == (1, {Reason.REJECTED: 1, Reason.FAILED: 3})


def test_a_campaign_that_dies_while_it_is_prepared_ends_with_those_who_were_found(
    service: Service,
) -> None:
    service.campaigns.add_batch(
        "c1", Batch(number=1, user_ids=("u000", "u001"), before=0, next_token="u001")
    )
    service.end(FAILED)

    shown = service.campaigns.get("c1")
    assert (shown.recipients, shown.mailed, shown.not_mailed) == (2, 0, {Reason.FAILED: 2})


def test_what_the_provider_says_when_asked_is_noted(service: Service) -> None:
    service.until_sending()
    service.provider.mail(3)
    standing = look("c1", campaigns=service.campaigns, provider=service.provider)

    assert (standing.status, service.campaigns.get("c1").mailed) == (Sending.PENDING, 3)


def test_a_campaign_ends_once(service: Service) -> None:
    service.until_sending()
    service.provider.mail()
    service.end(SENT)
    ended = service.campaigns.get("c1")
    service.campaigns.recorded = {
        id_: replace(outcome, mailed=0) for id_, outcome in service.campaigns.recorded.items()
    }
    service.end(FAILED)

    assert service.campaigns.get("c1") == ended
    assert Outcome(mailed=0).recipients == 0
