import pytest

from blockwork.runtime.accepting import prefers, prefers_page

FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SAFARI = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;"
    "q=0.8,application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    "accept",
    [
        *(FIREFOX, SAFARI, CHROME),
        *("text/html", "TEXT/HTML ; Charset=utf-8", "text/*", "text/html, */*"),
        *("text/html, application/json;q=0.9", "application/*;q=0.1,text/html;q=0.2"),
    ],
)
def test_who_names_pages_first_looks_at_the_answer(accept: str) -> None:
    assert prefers_page(accept)


@pytest.mark.parametrize(
    "accept",
    [
        *("", "*/*", "application/json", "application/json, application/problem+json"),
        *("application/json, text/html", "text/html;q=0.5, application/problem+json"),
        *("text/html;q=0.1, */*", "text/html;q=0", "text/html;q=much", "text/plain", ";;,q=1,"),
    ],
)
def test_everybody_else_is_a_program(accept: str) -> None:
    assert not prefers_page(accept)


@pytest.mark.parametrize("accept", ["text/csv", "text/*", "TEXT/CSV;q=0.9, application/json;q=0.1"])
def test_who_names_a_kind_first_prefers_it_to_json(accept: str) -> None:
    assert prefers("text/csv", accept)


@pytest.mark.parametrize(
    "accept", ["", "*/*", "text/html", "application/json, text/csv", "text/csv;q=0"]
)
def test_everybody_else_gets_json(accept: str) -> None:
    assert not prefers("text/csv", accept)
