"""How many a campaign would reach, before anybody begins it."""

from typing import Any

import pytest
from campaigns.domain.outside import AudiencePage
from campaigns.domain.sending import MOST_RECIPIENTS
from campaigns.handlers.get_audience import get_audience

from blockwork.runtime.http import Request
from blockwork.runtime.problems import ProblemError
from tests.unit.lambda_src.campaigns.fakes import FakeAudience
from tests.unit.lambda_src.events import ADMINISTRATOR, CUSTOMER


class Everybody:
    """More who want the newsletter than anybody could count."""

    def __init__(self) -> None:
        self.pages = 0

    def page(self, *, limit: int, next_token: str | None) -> AudiencePage:
        self.pages += 1
        return AudiencePage(user_ids=("somebody",) * limit, next_token="more")


def test_all_who_want_the_newsletter_are_counted_however_many_pages_they_fill() -> None:
    audience = FakeAudience(users=[f"u{number:03}" for number in range(250)])

    answer = get_audience(Request(claims=ADMINISTRATOR), readership=audience)

    assert (answer.status, answer.body) == (200, {"recipients": 250, "most": MOST_RECIPIENTS})
    assert len(audience.asked) == 3


def test_nobody_is_a_number_too() -> None:
    answer = get_audience(Request(claims=ADMINISTRATOR), readership=FakeAudience())

    assert answer.body == {"recipients": 0, "most": MOST_RECIPIENTS}


def test_counting_ends_where_they_are_more_than_a_campaign_may_have() -> None:
    everybody = Everybody()

    answer = get_audience(Request(claims=ADMINISTRATOR), readership=everybody)

    assert answer.body is not None
    assert answer.body["recipients"] > MOST_RECIPIENTS
    assert everybody.pages <= MOST_RECIPIENTS // 1000 + 1


@pytest.mark.parametrize(("claims", "status"), [({}, 401), (CUSTOMER, 403)])
def test_who_may_run_no_campaign_learns_nothing(claims: dict[str, Any], status: int) -> None:
    audience = FakeAudience(users=["ada"])

    with pytest.raises(ProblemError) as refused:
        get_audience(Request(claims=claims), readership=audience)

    assert refused.value.status == status
    assert audience.asked == []
