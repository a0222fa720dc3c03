"""Links in mails: what they do, and what they are not good for."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from identity.adapters.unsubscribe_links import UnsubscribeLinks
from identity.adapters.unsubscribe_tokens import BOUND, user_of
from identity.domain.newsletter import Described, InvalidLinkError, Subscriber, SubscriberPage
from identity.handlers.describe_subscribers import describe_subscribers
from identity.handlers.index_subscribers import index_subscribers
from identity.handlers.list_subscribers import list_subscribers
from identity.handlers.show_unsubscribe import show_unsubscribe
from identity.handlers.unsubscribe import unsubscribe
from identity.handlers.unsubscribe_pages import asking, done, failed

from blockwork.runtime.asking import InvalidQuestionError, asked_handler
from blockwork.runtime.http import Request, http_handler
from blockwork.runtime.paging import next_token
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.sealing import for_purpose, seal
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.conftest import LogLines
from tests.unit.lambda_src.environment import ROOT
from tests.unit.lambda_src.events import CONTEXT, event
from tests.unit.lambda_src.identity.samples import LATER

KEY = KnownKey()
SITE = "https://site.example"
LINKS = UnsubscribeLinks(KEY, "https://api.example/unsubscribe")


class ListedSubscribers:
    """The port `Subscribers`, in a dict of addresses."""

    def __init__(self, **addresses: str) -> None:
        self.addresses = addresses
        self.known = set(addresses)
        self.asked: list[Sequence[str]] = []

    def page(self, *, limit: int, after: str | None) -> SubscriberPage:
        later = sorted(user_id for user_id in self.addresses if user_id > (after or ""))
        page = later[:limit]
        return SubscriberPage(tuple(page), page[-1] if len(later) > limit else None)

    def describe(self, user_ids: Sequence[str]) -> Described:
        self.asked.append(user_ids)
        there = [one for one in user_ids if one in self.addresses]
        reasons = {True: "UNSUBSCRIBED", False: "DELETED"}
        return Described(
            tuple(Subscriber(one, self.addresses[one]) for one in there),
            tuple((one, reasons[one in self.known]) for one in user_ids if one not in there),
        )

    def unsubscribe(self, user_id: str, *, at: datetime) -> bool:
        return self.addresses.pop(user_id, None) is not None


@pytest.fixture
def subscribers() -> ListedSubscribers:
    return ListedSubscribers(ada="ada@example.com", eve="eve@example.com")


def token(user_id: str = "ada") -> str:
    return LINKS.of(user_id).partition("?token=")[2]


def problem_page(problem: ProblemError, reference: str) -> str:
    return failed(SITE, problem, reference)


def follow(
    word: str | None, subscribers: ListedSubscribers, *, post: bool, accept: str = "*/*"
) -> dict[str, Any]:
    query = None if word is None else {"token": word}
    errors: dict[type[Exception], int] = {InvalidLinkError: 400}
    headers = {"accept": accept}
    if post:
        body = "List-Unsubscribe=One-Click"
        handler = http_handler(
            unsubscribe,
            errors=errors,
            problem_page=problem_page,
            signer=lambda: KEY,
            subscribers=lambda: subscribers,
            site_url=lambda: SITE,
        )
        return handler(event("POST /unsubscribe", query=query, body=body, headers=headers), CONTEXT)
    handler = http_handler(
        show_unsubscribe,
        errors=errors,
        problem_page=problem_page,
        signer=lambda: KEY,
        site_url=lambda: SITE,
    )
    return handler(event("GET /unsubscribe", query=query, headers=headers), CONTEXT)


def test_one_click_ends_the_newsletter_of_one_user(subscribers: ListedSubscribers) -> None:
    for _ in range(2):
        answer = follow(token(), subscribers, post=True)
        assert answer["statusCode"] == 200
        assert "You are unsubscribed" in answer["body"]
        assert f'<a href="{SITE}/account">' in answer["body"]

    assert subscribers.addresses == {"eve": "eve@example.com"}


def test_who_is_not_there_any_more_is_unsubscribed_too(subscribers: ListedSubscribers) -> None:
    assert follow(token("nobody"), subscribers, post=True)["statusCode"] == 200


def test_the_link_itself_shows_a_button_that_posts_to_where_it_came_from(
    subscribers: ListedSubscribers,
) -> None:
    answer = follow(token(), subscribers, post=False)

    assert answer["statusCode"] == 200
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer["headers"]["content-security-policy"]
    assert answer["headers"]["cache-control"] == "no-store"
    assert '<form method="post">' in answer["body"]
    assert 'name="List-Unsubscribe" value="One-Click"' in answer["body"]
    assert token() not in answer["body"]
    assert len(subscribers.addresses) == 2


def test_its_pages_have_the_colours_of_the_website() -> None:
    tokens = (ROOT / "site" / "src" / "styles" / "tokens.css").read_text(encoding="utf-8")
    colour = re.compile(r"--(ground|surface|text|muted|line|brand|brand-hover|on-brand): (#\w+);")

    def shades(text: str) -> list[tuple[str, str]]:
        return [(name, value.replace("#ffffff", "#fff")) for name, value in colour.findall(text)]

    assert len(shades(tokens)) == 16
    problems = [failed(SITE, ProblemError(status, "no"), "reference") for status in (400, 500)]
    for page in (asking(SITE), done(SITE), *problems):
        assert shades(page) == shades(tokens)
        assert f'<a href="{SITE}/">Blockwork Energy</a>' in page


NO_LINKS = [
    None,
    "",
    "x",
    token()[:-1],
    token() + "A",
    seal("ada", signer=KEY, bound=for_purpose("read the newsletter")),
    seal("ada", signer=KnownKey(b"another"), bound=BOUND),
    next_token(Request(), of="users", signer=KEY, last="ada"),
]


@pytest.mark.parametrize("post", [True, False])
@pytest.mark.parametrize("word", NO_LINKS)
def test_what_is_no_link_of_ours_changes_nothing(
    subscribers: ListedSubscribers, word: str | None, post: bool
) -> None:
    answer = follow(word, subscribers, post=post)

    assert answer["statusCode"] == 400
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert len(subscribers.addresses) == 2


@pytest.mark.parametrize("post", [True, False])
def test_a_person_with_a_broken_link_gets_a_page_that_leads_on(
    subscribers: ListedSubscribers, post: bool
) -> None:
    answer = follow(token()[:-1], subscribers, post=post, accept="text/html,*/*;q=0.8")

    assert answer["statusCode"] == 400
    assert answer["headers"]["content-type"] == "text/html; charset=utf-8"
    assert "<h1>This link does not work</h1>" in answer["body"]
    assert f'<a href="{SITE}/account">' in answer["body"]
    assert token()[:-1] not in answer["body"]


def test_a_failure_of_ours_says_what_to_tell_who_helps() -> None:
    page = failed(SITE, ProblemError(500, "no"), "<id>")

    assert "<code>&lt;id&gt;</code>" in page
    assert f'<a href="{SITE}/contact?reference=&lt;id&gt;">' in page


def test_no_line_of_the_log_holds_a_link(
    subscribers: ListedSubscribers, log_lines: LogLines
) -> None:
    follow(token(), subscribers, post=True)
    follow(token()[:-1], subscribers, post=True)

    assert token()[:-1] not in str(log_lines())


def ask(question: Any, subscribers: ListedSubscribers) -> Any:
    describe = asked_handler(
        describe_subscribers.__annotations__["question"],
        describe_subscribers,
        subscribers=lambda: subscribers,
        links=lambda: LINKS,
    )
    return describe(question, CONTEXT)


def test_who_opted_out_is_not_among_those_who_may_be_mailed(
    subscribers: ListedSubscribers,
) -> None:
    subscribers.unsubscribe("eve", at=LATER)

    answer = ask({"userIds": ["eve", "ada", "nobody", "ada"]}, subscribers)

    assert answer == {
        "subscribers": [
            {"userId": "ada", "email": "ada@example.com", "unsubscribeUrl": LINKS.of("ada")}
        ],
        "others": [
            {"userId": "eve", "reason": "UNSUBSCRIBED"},
            {"userId": "nobody", "reason": "DELETED"},
        ],
    }
    assert user_of(token(), signer=KEY) == "ada"


@pytest.mark.parametrize(
    "question", [{}, {"userIds": "ada"}, {"userIds": [f"u{n}" for n in range(101)]}]
)
def test_more_than_a_batch_is_refused(question: Any, subscribers: ListedSubscribers) -> None:
    with pytest.raises(InvalidQuestionError):
        ask(question, subscribers)

    assert subscribers.asked == []


def test_subscribers_are_listed_page_by_page(subscribers: ListedSubscribers) -> None:
    handler = asked_handler(
        list_subscribers.__annotations__["question"],
        list_subscribers,
        subscribers=lambda: subscribers,
    )

    assert handler({"limit": 1}, CONTEXT) == {"userIds": ["ada"], "nextToken": "ada"}
    assert handler({"limit": 1, "nextToken": "ada"}, CONTEXT) == {"userIds": ["eve"]}
    for wrong in ({"limit": 0}, {"limit": 1001}, {}, {"limit": 1, "nextToken": "a b"}):
        with pytest.raises(InvalidQuestionError):
            handler(wrong, CONTEXT)


def test_each_night_what_the_index_lacks_is_mended_and_counted(log_lines: LogLines) -> None:
    class Index:
        def mend(self) -> int:
            return 7

    index_subscribers(datetime(2026, 3, 1, 2, 30, tzinfo=UTC), profiles=Index())

    assert log_lines()[-1]["mended"] == 7
