"""What has become of the users of a batch, and of all."""

import pytest
from campaigns.domain.accounting import Outcome, Report, outcome_of, total
from campaigns.domain.campaign import Reason
from hypothesis import given
from hypothesis import strategies as st

USERS = [f"u{number}" for number in range(7)]
LEAVING = {"u1": Reason.UNSUBSCRIBED, "u4": Reason.DELETED, "u6": Reason.UNSUBSCRIBED}


OUTCOMES = st.lists(
    st.builds(
        Outcome,
        mailed=st.integers(0, 100),
        not_mailed=st.dictionaries(st.sampled_from(Reason), st.integers(1, 100)),
    )
)


@given(OUTCOMES, st.integers(0, 1000))
def test_a_total_has_as_many_recipients_as_its_parts_and_takes_nothing_back(
    outcomes: list[Outcome], told: int
) -> None:
    recipients = sum(outcome.recipients for outcome in outcomes)

    whole = total(outcomes, known_mailed=min(told, recipients))

    assert whole.recipients == recipients
    assert whole.mailed == max(sum(one.mailed for one in outcomes), min(told, recipients))
    assert all(count > 0 for count in whole.not_mailed.values())


@given(
    users=st.frozensets(st.sampled_from("abcdefgh")),
    left=st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from(Reason)),
    report=st.none()
    | st.builds(
        Report,
        references=st.frozensets(st.sampled_from("abcdefghxyz")),
        mailed=st.integers(0, 20),
        rejected=st.frozensets(st.sampled_from("abcxyz")),
    ),
)
def test_a_batch_accounts_for_each_of_its_users_whatever_the_provider_says(
    users: frozenset[str], left: dict[str, Reason], report: Report | None
) -> None:
    outcome = outcome_of(users, left=left, report=report, ending=Reason.FAILED)

    assert outcome.recipients == len(users)
    assert outcome.mailed <= len(users & report.references if report else frozenset())


def test_a_batch_says_why_each_got_nothing() -> None:
    report = Report(references=frozenset("abcde"), mailed=2, rejected=frozenset("e"))

    outcome = outcome_of(
        "abcdefgh",
        left={"f": Reason.UNSUBSCRIBED, "g": Reason.DELETED},
        report=report,
        ending=Reason.CANCELLED,
    )

    assert outcome == Outcome(
        mailed=2,
        not_mailed={
            Reason.UNSUBSCRIBED: 1,
            Reason.DELETED: 1,
            Reason.REJECTED: 1,
            Reason.CANCELLED: 3,
        },
    )


@pytest.mark.parametrize("ending", [Reason.FAILED, Reason.CANCELLED])
def test_whoever_was_never_handed_over_got_nothing_because_of_the_end(ending: Reason) -> None:
    assert outcome_of("abc", left={}, report=None, ending=ending).not_mailed == {ending: 3}
