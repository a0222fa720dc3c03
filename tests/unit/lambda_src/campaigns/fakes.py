"""The campaigns' ports, kept in memory; what they do is one step, as in production."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from campaigns.domain.accounting import Outcome, Report
from campaigns.domain.campaign import Campaign, CampaignStatus, Reason, Subject, Text
from campaigns.domain.campaigns import (
    Batch,
    CampaignPage,
    NumbersMovedError,
    UnknownCallbackError,
    UnknownCampaignError,
)
from campaigns.domain.outside import (
    AudiencePage,
    BatchChangedError,
    CampaignStoppedError,
    Described,
    Sending,
    Standing,
    Subscriber,
)

NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)


def campaign(campaign_id: str = "c1", **changed: object) -> Campaign:
    made = Campaign(
        campaign_id=campaign_id,
        subject=Subject("Spring"),
        text=Text("It is here."),
        status=CampaignStatus.PREPARING,
        status_since=NOW,
        created_at=NOW,
        correlation_id="correlation-1",
    )
    return replace(made, **changed)  # type: ignore[arg-type]


@dataclass
class InMemoryCampaigns:
    kept: dict[str, Campaign] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    batches: dict[tuple[str, int], Batch] = field(default_factory=dict)
    recorded: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    def start(self, campaign: Campaign, *, user_id: str, key: str | None) -> Campaign:
        if key is not None:
            id_ = self.keys.setdefault((user_id, key), campaign.campaign_id)
            if id_ in self.kept:
                return self.kept[id_]
        self.kept[campaign.campaign_id] = campaign
        return campaign

    def page(self, *, limit: int, after: str | None) -> CampaignPage:
        ids = [id_ for id_ in sorted(self.kept, reverse=True) if after is None or id_ < after]
        shown = ids[:limit]
        return CampaignPage(
            campaigns=tuple(self.kept[id_] for id_ in shown),
            last_id=shown[-1] if len(ids) > limit else None,
        )

    def get(self, campaign_id: str) -> Campaign:
        if campaign_id not in self.kept:
            raise UnknownCampaignError(campaign_id)
        return self.kept[campaign_id]

    def by_provider_id(self, provider_id: str) -> Campaign:
        for one in self.kept.values():
            if one.provider_id == provider_id:
                return one
        raise UnknownCallbackError(provider_id)

    def request_cancel(self, campaign_id: str, *, now: datetime) -> Campaign:
        one = self.get(campaign_id)
        if not one.status.is_final and not one.is_cancelled:
            one = self._change(campaign_id, cancel_requested_at=now)
        return one

    def last_batch(self, campaign_id: str) -> Batch | None:
        numbers = [number for id_, number in self.batches if id_ == campaign_id]
        return self.batches[campaign_id, max(numbers)] if numbers else None

    def add_batch(self, campaign_id: str, batch: Batch) -> None:
        self.batches.setdefault((campaign_id, batch.number), batch)

    def freeze(self, campaign_id: str, *, recipients: int, batches: int, now: datetime) -> Campaign:
        one = self.get(campaign_id)
        if one.status is not CampaignStatus.PREPARING:
            return one
        return self._change(
            campaign_id,
            status=CampaignStatus.SENDING,
            status_since=now,
            recipients=recipients,
            batches=batches,
        )

    def link(self, campaign_id: str, *, provider_id: str) -> None:
        self._change(campaign_id, provider_id=provider_id)

    def batch(self, campaign_id: str, number: int) -> Batch:
        return self.batches[campaign_id, number]

    def settle(self, campaign_id: str, number: int, *, left: Mapping[str, Reason]) -> None:
        batch = self.batches[campaign_id, number]
        if not batch.settled:
            self.batches[campaign_id, number] = replace(batch, settled=True, left=left)

    def record(self, campaign_id: str, number: int, outcome: Outcome) -> None:
        self.recorded[campaign_id, number] = outcome

    def outcomes(self, campaign_id: str, *, batches: int) -> Iterable[Outcome]:
        return [self.recorded[campaign_id, number] for number in range(1, batches + 1)]

    def note_mailed(self, campaign_id: str, mailed: int) -> None:
        one = self.get(campaign_id)
        if one.status is CampaignStatus.SENDING and one.mailed < mailed <= one.recipients:
            self._change(campaign_id, mailed=mailed)

    def end(
        self,
        campaign_id: str,
        status: CampaignStatus,
        *,
        outcome: Outcome,
        reason: str | None,
        now: datetime,
    ) -> None:
        one = self.get(campaign_id)
        if one.status.is_final:
            return
        if one.mailed > outcome.mailed:
            raise NumbersMovedError
        self._change(
            campaign_id,
            status=status,
            status_since=now,
            mailed=outcome.mailed,
            not_mailed=outcome.not_mailed,
            reason=reason,
        )

    def _change(self, campaign_id: str, **changed: object) -> Campaign:
        self.kept[campaign_id] = replace(self.kept[campaign_id], **changed)  # type: ignore[arg-type]
        return self.kept[campaign_id]


@dataclass
class FakeAudience:
    """Users in the order of their ids; some of them leave while a campaign is under way.

    :param page_size: how many a page has at most.
    """

    users: list[str] = field(default_factory=list)
    left: dict[str, Reason] = field(default_factory=dict)
    page_size: int = 100
    asked: list[str | None] = field(default_factory=list)

    def page(self, *, limit: int, next_token: str | None) -> AudiencePage:
        self.asked.append(next_token)
        size = min(limit, self.page_size)
        listed = sorted(set(self.users) - self.left.keys())
        after = [user for user in listed if next_token is None or user > next_token]
        page = tuple(after[:size])
        return AudiencePage(user_ids=page, next_token=page[-1] if len(after) > size else None)

    def describe(self, user_ids: Sequence[str]) -> Described:
        return Described(
            subscribers=tuple(
                Subscriber(
                    user_id=user,
                    email=f"{user}@example.org",
                    unsubscribe_url=f"https://example.org/unsubscribe?token={user}",
                )
                for user in user_ids
                if user not in self.left
            ),
            left={user: self.left[user] for user in user_ids if user in self.left},
        )


@dataclass
class FakeProvider:
    """A provider that mails when a test says so, and knows every key again.

    :param rejects: whom it does not mail.
    :param mailed: whom it has mailed, once for each mail.
    """

    rejects: set[str] = field(default_factory=set)
    mailed: list[str] = field(default_factory=list)
    batches: dict[str, tuple[str, ...]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    status: Sending = Sending.READY
    sequence: int = 0
    requests: list[str] = field(default_factory=list)

    def create(self, key: str, *, subject: Subject, text: Text) -> str:
        self.requests.append("create")
        return self.ids.setdefault(key, f"p-{key}")

    def hand_over(self, provider_id: str, key: str, subscribers: Sequence[Subscriber]) -> None:
        self.requests.append(f"hand over {key}")
        references = tuple(subscriber.user_id for subscriber in subscribers)
        if self.batches.get(key, references) != references:
            raise BatchChangedError(key)
        if key not in self.batches and self.status is Sending.CANCELLED:
            raise CampaignStoppedError
        self.batches[key] = references

    def report(self, provider_id: str, key: str) -> Report | None:
        if key not in self.batches:
            return None
        references = frozenset(self.batches[key])
        return Report(
            references=references,
            mailed=sum(user in references for user in self.mailed),
            rejected=references & self.rejects,
        )

    def send(self, provider_id: str) -> None:
        self.requests.append("send")
        if self.status is Sending.CANCELLED:
            raise CampaignStoppedError
        if self.status is not Sending.SENT:
            self.status = Sending.PENDING

    def cancel(self, provider_id: str) -> Standing:
        self.requests.append("cancel")
        if self.status is not Sending.SENT:
            self.status = Sending.CANCELLED
        return self.look_up(provider_id)

    def look_up(self, provider_id: str) -> Standing:
        return Standing(status=self.status, mailed=len(self.mailed), sequence=self.sequence)

    def mail(self, most: int | None = None) -> None:
        """Mail some, if that is what it is at; all of them unless told otherwise."""
        if self.status is not Sending.PENDING:
            return
        waiting = [
            user
            for batch in self.batches.values()
            for user in batch
            if user not in self.rejects and user not in self.mailed
        ]
        self.mailed += waiting[:most]
        if most is None or len(waiting) <= most:
            self._come_to(Sending.SENT)

    def fail(self) -> None:
        if self.status is Sending.PENDING:
            self._come_to(Sending.FAILED)

    def _come_to(self, status: Sending) -> None:
        self.status = status
        self.sequence += 1


@dataclass
class FakeDoorbell:
    rung: list[tuple[str, str]] = field(default_factory=list)
    waiting: list[tuple[str, int]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    ended: bool = False

    def ring(self, campaign_id: str, *, status: str, sequence: int, message_id: str) -> str:
        self.rung.append((campaign_id, status))
        if message_id in self.seen:
            return "REPEATED"
        if self.ended:
            return "LATE"
        self.seen.add(message_id)
        self.waiting.append((status, sequence))
        return "KEPT"

    def end(self, campaign_id: str) -> None:
        self.ended = True
