"""Who got a campaign's mail and who did not: numbers that add up, whatever happened on the way."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from campaigns.domain.campaign import NOBODY, Reason

LEAST_SURE = (
    Reason.FAILED,
    Reason.CANCELLED,
    Reason.REJECTED,
    Reason.DELETED,
    Reason.UNSUBSCRIBED,
)
"""Which of our own numbers is wrong first where the provider says that more were mailed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the provider says of one batch.

    :param references: the users that were handed over.
    :param mailed: to how many of them a mail has gone.
    :param rejected: the users whom it mails nothing, since it cannot.
    """

    references: frozenset[str]
    mailed: int
    rejected: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What has become of some users: each is mailed, or not for one reason."""

    mailed: int = 0
    not_mailed: Mapping[Reason, int] = field(default_factory=lambda: NOBODY)

    @property
    def recipients(self) -> int:
        """How many users that are."""
        return self.mailed + sum(self.not_mailed.values())


def outcome_of(
    user_ids: Iterable[str],
    *,
    left: Mapping[str, Reason],
    report: Report | None,
    ending: Reason,
) -> Outcome:
    """Return what has become of a batch, once the provider mails nothing of it any more.

    :param left: who was not handed over because they had left, and why.
    :param report: the provider's; None if the batch has never reached it.
    :param ending: why the others got nothing.
    """
    users = frozenset(user_ids)
    handed_over = users & (report.references if report else frozenset())
    rejected = handed_over & (report.rejected if report else frozenset())
    mailed = min(report.mailed if report else 0, len(handed_over) - len(rejected))
    counts = Counter(left.get(user, ending) for user in users - handed_over)
    counts[Reason.REJECTED] += len(rejected)
    counts[ending] += len(handed_over) - len(rejected) - mailed
    return Outcome(mailed=mailed, not_mailed=+counts)


def total(outcomes: Iterable[Outcome], *, known_mailed: int) -> Outcome:
    """Return what has become of everybody.

    :param known_mailed: how many the provider said it had mailed, before its reports. Should these
        say less, that number stays: no campaign takes back what it has told.
    """
    mailed, counts = 0, Counter[Reason]()
    for outcome in outcomes:
        mailed += outcome.mailed
        counts.update(outcome.not_mailed)
    for reason in LEAST_SURE:
        moved = max(0, min(known_mailed - mailed, counts[reason]))
        mailed += moved
        counts[reason] -= moved
    return Outcome(mailed=mailed, not_mailed=+counts)
