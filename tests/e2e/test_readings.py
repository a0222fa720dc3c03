"""Files of readings, from the browser's upload to what is asked for afterwards."""

import gzip
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection

from tests.e2e.accounts import grant, refresh
from tests.e2e.conftest import NewAccount, Tokens, bearer
from tests.e2e.sockets import connected, ticket_for
from tests.e2e.uploading import (
    Uploader,
    file_of,
    half_hours,
    killed_twice,
    new_uploader,
    post,
    rejects_of,
    workers,
)
from tests.waiting import PATIENCE

MANY = 100_000
A_MONTH = 31 * 48


@pytest.fixture(scope="module")
def uploader_of(
    config: dict[str, Any], readings: httpx.Client, new_account: NewAccount
) -> Callable[[], Uploader]:
    """Return what makes somebody without a meter."""

    def make() -> Uploader:
        return new_uploader(config, readings, new_account)

    return make


@pytest.fixture
def uploader(uploader_of: Callable[[], Uploader], administrator: Tokens) -> Uploader:
    """Return somebody whose one meter is called as they are."""
    somebody = uploader_of()
    somebody.register(somebody.user_id, by=administrator)
    return somebody


def news_of(socket: ClientConnection, *kinds: str) -> dict[str, dict[str, Any]]:
    """Return what a browser is told, once it has been told of each kind, in whatever order."""
    news: dict[str, dict[str, Any]] = {}
    while news.keys() != set(kinds):
        told = json.loads(socket.recv(timeout=PATIENCE))
        assert told["type"] in kinds
        news[told["type"]] = told["data"]
    return news


def test_a_file_with_bad_rows_is_accounted_for_to_the_row(
    config: dict[str, Any], identity: httpx.Client, uploader: Uploader
) -> None:
    meter = uploader.user_id
    rows = [*half_hours(meter, 5), "nonsense", f"{meter},2025-01-01T00:10Z,1,1", "not-mine,x,1,1"]
    with connected(config, f"ticket={ticket_for(identity, uploader.tokens)}") as socket:
        done = uploader.imported(*rows)
        news = news_of(socket, "ImportProgressed", "ReadingsImported")

    assert (done["status"], done["accepted"], done["rejected"]) == ("IMPORTED", 5, 3)
    assert [reject["line"] for reject in rejects_of(done)] == ["7", "8", "9"]
    assert [reject["row"] for reject in rejects_of(done)] == rows[5:]
    about = {"importId": done["importId"], "userId": meter}
    assert news == {
        "ImportProgressed": about,
        "ReadingsImported": {**about, "accepted": 5, "rejected": 3},
    }
    assert uploader.call("GET", "/imports").json()["imports"][0]["importId"] == done["importId"]
    assert uploader.call("GET", "/meters").json() == {"meters": [{"meterId": meter}]}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"a;b\n1;2\n", "first line"), (b"\n", "empty"), (b"\x1f\x8bnot gzip", "gzip")],
    ids=["wrong header", "empty", "damaged"],
)
def test_a_file_that_cannot_be_read_as_a_whole_fails(
    config: dict[str, Any],
    identity: httpx.Client,
    uploader: Uploader,
    content: bytes,
    reason: str,
) -> None:
    with connected(config, f"ticket={ticket_for(identity, uploader.tokens)}") as socket:
        failed = uploader.ended(uploader.upload(content))
        news = news_of(socket, "ImportFailed")

    assert failed["status"] == "FAILED"
    assert reason in failed["reason"]
    assert news["ImportFailed"]["importId"] == failed["importId"]


def test_many_rows_compressed_and_the_same_file_again(uploader: Uploader) -> None:
    meter = uploader.user_id
    rows = [
        row
        for version in range(1, 5)
        for row in half_hours(meter, MANY // 4, version=version, kwh=lambda place: place % 997)
    ]
    content = gzip.compress(file_of(rows))
    total = sum(Decimal(row.split(",")[2]) for row in rows[-MANY // 4 :])

    for _ in range(2):
        done = uploader.ended(uploader.upload(content, "year.csv.gz"))
        assert (done["accepted"], done["rejected"]) == (MANY, 0)
        stored = uploader.stored(meter)
        assert len(stored) == MANY // 4
        assert sum(Decimal(reading["kwh"]) for reading in stored) == total
        assert {reading["version"] for reading in stored} == {4}


def test_versions_and_other_values_at_once_leave_each_row_in_one_place(uploader: Uploader) -> None:
    meter = uploader.user_id
    files = [
        file_of(half_hours(meter, A_MONTH, version=version, kwh=partial(int.__add__, more)))
        for version, more in ((1, 0), (2, 10), (1, 5))
    ]
    with ThreadPoolExecutor(len(files)) as at_once:
        ids = list(at_once.map(uploader.upload, files))

    first, second, other = map(uploader.ended, ids)
    assert (second["accepted"], second["rejected"]) == (A_MONTH, 0)
    for done in (first, other):
        assert done["accepted"] + done["rejected"] == A_MONTH
    assert first["accepted"] + other["accepted"] == A_MONTH
    assert len(uploader.stored(meter, version=1)) == A_MONTH
    assert {reading["version"] for reading in uploader.stored(meter)} == {2}


def test_an_import_goes_on_where_the_worker_was_killed(
    platform: dict[str, Any], uploader: Uploader
) -> None:
    meter = uploader.user_id
    for idle in workers(platform):
        idle.kill()
    for version in range(1, 25):
        import_id = uploader.upload(file_of(half_hours(meter, MANY, version=version)))
        kills = killed_twice(platform, partial(uploader.shown, import_id))
        done = uploader.ended(import_id)
        assert (done["status"], done["accepted"], done["rejected"]) == ("IMPORTED", MANY, 0)
        assert len(uploader.stored(meter, version=version)) == MANY
        if kills == 2:
            return
    raise AssertionError("every worker was quicker than who was to kill it")


def test_readings_are_answered_in_pages_and_as_csv(uploader: Uploader) -> None:
    meter = uploader.user_id
    uploader.imported(*half_hours(meter, 96), *half_hours(meter, 2, version=3, kwh=lambda _: 7))
    path = f"/meters/{meter}/readings"

    day = {"from": "2025-01-01T01:00:00Z", "to": "2025-01-02T00:00:00Z"}
    assert len(uploader.stored(meter, limit=7, **day)) == 46
    newest = uploader.stored(meter, to="2025-01-01T01:00:00Z")
    assert [(each["kwh"], each["version"]) for each in newest] == [("0.007", 3)] * 2
    asked = uploader.stored(meter, to="2025-01-01T01:00:00Z", version=1)
    assert [(each["kwh"], each["version"]) for each in asked] == [("0.000", 1), ("0.001", 1)]

    answer = uploader.call("GET", path, params={"limit": 3}, headers={"accept": "text/csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines() == [
        "readAt,kwh,version",
        "2025-01-01T00:00Z,0.007,3",
        "2025-01-01T00:30Z,0.007,3",
        "2025-01-01T01:00Z,0.002,1",
    ]
    following = uploader.call(
        "GET", path + answer.links["next"]["url"], headers={"accept": "text/csv"}
    )
    assert following.text.splitlines()[1] == "2025-01-01T01:30Z,0.003,1"


@pytest.mark.parametrize(
    "query", ["from=yesterday", "to=2025-01-01", "version=0", "version=25", "limit=20001"]
)
def test_a_question_that_makes_no_sense_is_refused(uploader: Uploader, query: str) -> None:
    answer = uploader.call("GET", f"/meters/{uploader.user_id}/readings?{query}")
    assert answer.status_code == 400
    assert query.split("=")[0] in answer.json()["detail"]


def test_nobody_reads_or_writes_another_s_meter(
    config: dict[str, Any],
    identity: httpx.Client,
    administrator: Tokens,
    uploader: Uploader,
    uploader_of: Callable[[], Uploader],
) -> None:
    owner, stranger = uploader, uploader_of()
    done = owner.imported(*half_hours(owner.user_id, 3))
    path = f"/meters/{owner.user_id}/readings"

    refused = stranger.imported(*half_hours(owner.user_id, 3, version=2))
    assert (refused["accepted"], refused["rejected"]) == (0, 3)
    assert [each["version"] for each in owner.stored(owner.user_id)] == [1, 1, 1]

    assert stranger.call("GET", path).status_code == 404
    assert stranger.call("GET", f"/imports/{done['importId']}").status_code == 404
    assert stranger.call("GET", "/meters").json() == {"meters": []}
    theirs = owner.call("GET", path, params={"limit": 1}).json()["nextToken"]
    own = stranger.call("PUT", f"/meters/{owner.user_id}", json={"userId": stranger.user_id})
    assert own.status_code == 403

    # Who may read it may not go on with somebody else's token.
    grant(identity, administrator, stranger.user_id, f"read:meters/{owner.user_id}")
    token = refresh(identity, stranger.tokens).id_token
    may = partial(stranger.readings.get, path, headers=bearer(token))
    assert len(may().json()["readings"]) == 3
    assert may(params={"limit": 1, "nextToken": theirs}).status_code == 400


def test_a_form_is_good_for_its_own_file_alone(
    uploader: Uploader, uploader_of: Callable[[], Uploader]
) -> None:
    stranger = uploader_of()
    content = file_of(half_hours(uploader.user_id, 3))
    of_owner = uploader.begin(len(content))
    of_stranger = stranger.begin(len(content))

    key = of_owner["upload"]["fields"]["key"]
    assert post(of_stranger["upload"], content, key=key).status_code == 403
    assert post(of_stranger["upload"], content + b"x" * 9).status_code == 400
    assert uploader.shown(of_owner["importId"])["status"] == "AWAITING_UPLOAD"


@pytest.mark.parametrize("size", [0, -1, 2 * 1024**3 + 1, "1", None])
def test_a_file_of_no_size_that_is_taken_is_refused(uploader: Uploader, size: object) -> None:
    answer = uploader.call("POST", "/imports", json={"filename": "a.csv", "size": size})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["size"]
