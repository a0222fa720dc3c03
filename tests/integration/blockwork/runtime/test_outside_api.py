"""An API of somebody else that answers late, wrongly or not at all."""

from collections.abc import Iterator

import msgspec
import pytest
import urllib3

from blockwork.runtime.outside_api import NoUsableAnswerError, OutsideApi
from tests.integration.scripted_api import ScriptedApi
from tests.waiting import PATIENCE


class Said(msgspec.Struct):
    word: str


@pytest.fixture
def theirs() -> Iterator[ScriptedApi]:
    with ScriptedApi().running() as api:
        yield api


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def api(theirs: ScriptedApi, pauses: list[float]) -> OutsideApi:
    secrets = iter(["old", "new"])
    timeout = urllib3.Timeout(connect=PATIENCE, read=PATIENCE)
    return OutsideApi(
        "the shop", theirs.url, lambda: next(secrets), timeout=timeout, sleep=pauses.append
    )


def test_what_has_no_usable_answer_is_asked_again_by_the_same_key(
    api: OutsideApi, theirs: ScriptedApi, pauses: list[float]
) -> None:
    theirs.script = [(0, None), (503, "down"), (201, {"word": "done"})]

    status, answer = api.ask("POST", "/orders", (201,), body={"n": 1}, key="o1")

    assert (status, api.read(answer, Said)) == (201, Said("done"))
    assert theirs.requests == [("POST", "/orders", "o1", {"n": 1})] * 3
    assert len(pauses) == 2


def test_in_the_end_it_says_why_and_shows_no_secret(api: OutsideApi, theirs: ScriptedApi) -> None:
    theirs.script = [(500, "old")] * 2

    with pytest.raises(NoUsableAnswerError, match=r"^no usable answer of the shop: status 500$"):
        api.ask("GET", "/orders", (200,), tries=2)


def test_a_secret_that_is_refused_is_read_anew(api: OutsideApi, theirs: ScriptedApi) -> None:
    theirs.script = [(401, {}), (200, {"word": "in"})]

    api.ask("GET", "/orders", (200,))

    assert theirs.secrets == ["Bearer old", "Bearer new"]


def test_a_redirect_is_no_answer(api: OutsideApi, theirs: ScriptedApi) -> None:
    """The secret would go along."""
    theirs.script = [(307, {})]

    with pytest.raises(NoUsableAnswerError, match="status 307"):
        api.ask("GET", "/orders", (200,), tries=1)
    assert len(theirs.requests) == 1


@pytest.mark.parametrize("answer", [b"<html>", b'{"word": 7}', b"[" * 100_000])
def test_an_answer_that_does_not_fit_is_none(api: OutsideApi, answer: bytes) -> None:
    with pytest.raises(NoUsableAnswerError, match="the shop does not fit its API: Said"):
        api.read(answer, Said)
