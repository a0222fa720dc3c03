"""Files of readings as a browser uploads them, and what becomes of them."""

import contextlib
import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
from readings.domain.csv_file import HEAD_BYTES, Range, cut, layout_of
from readings.domain.planning import RANGE_BYTES

from tests.e2e.conftest import NewAccount, Tokens, aws, bearer, sign_in_by_srp
from tests.waiting import eventually
from tools.platform import platform_stage

HEADER = "meterId,readAt,kwh,version"
FIRST = datetime(2025, 1, 1, tzinfo=UTC)
WORKER = "Readings-ImportRange"
LEFT = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
ENDS = {"IMPORTED", "FAILED"}


@dataclass(frozen=True, kw_only=True)
class Uploader:
    """Somebody who uploads files.

    :param readings: a client of the service.
    """

    readings: httpx.Client
    tokens: Tokens
    user_id: str

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask for something as who is signed in."""
        headers = {**bearer(self.tokens.id_token), **more.pop("headers", {})}
        return self.readings.request(method, path, headers=headers, **more)

    def register(self, meter_id: str, *, by: Tokens) -> None:
        """Let an administrator make a meter theirs."""
        answer = self.readings.put(
            f"/meters/{meter_id}", json={"userId": self.user_id}, headers=bearer(by.id_token)
        )
        assert answer.status_code == 200, answer.text

    def begin(self, size: int, filename: str = "readings.csv") -> dict[str, Any]:
        """Begin an import and return it."""
        answer = self.call("POST", "/imports", json={"filename": filename, "size": size})
        assert answer.status_code == 201, answer.text
        begun: dict[str, Any] = answer.json()
        assert begun["status"] == "AWAITING_UPLOAD"
        return begun

    def upload(self, content: bytes, filename: str = "readings.csv") -> str:
        """Begin an import, upload its file, and return its id."""
        begun = self.begin(len(content), filename)
        answer = post(begun["upload"], content)
        assert answer.is_success, answer.text
        return str(begun["importId"])

    def shown(self, import_id: str) -> dict[str, Any]:
        """Return an import as it is."""
        answer = self.call("GET", f"/imports/{import_id}")
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def ended(self, import_id: str) -> dict[str, Any]:
        """Return an import once it is over."""
        return eventually(
            lambda: self.shown(import_id), until=lambda shown: shown["status"] in ENDS
        )

    def imported(self, *rows: str, header: str = HEADER) -> dict[str, Any]:
        """Upload rows and return their import once it is over."""
        return self.ended(self.upload(file_of(rows, header=header)))

    def stored(self, meter_id: str, **query: str | int) -> list[dict[str, Any]]:
        """Return all readings of a meter, page by page."""
        found: list[dict[str, Any]] = []
        token: dict[str, str] = {}
        while True:
            params: dict[str, Any] = {"limit": 20_000, **query, **token}
            answer = self.call("GET", f"/meters/{meter_id}/readings", params=params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            found += page["readings"]
            if "nextToken" not in page:
                return found
            token = {"nextToken": page["nextToken"]}


def new_uploader(
    config: dict[str, Any], readings: httpx.Client, new_account: NewAccount
) -> Uploader:
    """Return somebody new, without a meter."""
    account = new_account("customers")
    tokens = sign_in_by_srp(config, account.email, account.password)
    return Uploader(readings=readings, tokens=tokens, user_id=account.user_id)


def post(upload: dict[str, Any], content: bytes, **forged: str) -> httpx.Response:
    """Post a file as its form says, or with fields that were forged."""
    return httpx.post(
        upload["url"], data={**upload["fields"], **forged}, files={"file": ("f.csv", content)}
    )


def file_of(rows: Iterable[str], header: str = HEADER) -> bytes:
    """Return a file of rows."""
    return "".join(f"{row}\n" for row in (header, *rows)).encode()


def half_hours(
    meter_id: str,
    number: int,
    *,
    version: int = 1,
    first: datetime = FIRST,
    kwh: Callable[[int], int] = lambda place: place % 5000,
) -> Iterator[str]:
    """Return rows of a meter, one a half hour, of so many thousandths of a kWh."""
    for place in range(number):
        thousandths = kwh(place)
        moment = first + timedelta(minutes=30 * place)
        value = f"{thousandths // 1000}.{thousandths % 1000:03}"
        yield f"{meter_id},{moment:%Y-%m-%dT%H:%M:%SZ},{value},{version}"


def rejects_of(shown: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rejects that an import leads to."""
    answer = httpx.get(shown["rejectsUrl"])
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def deliver(
    platform: dict[str, Any],
    uploader: Uploader,
    import_id: str,
    ranges: Iterable[Range],
    *,
    times: int = 1,
) -> None:
    """Hand out ranges of a file so many times more."""
    for range_ in [*ranges] * times:
        message = {
            "userId": uploader.user_id,
            "importId": import_id,
            "number": range_.number,
            "start": range_.start,
            "end": range_.end,
            "correlationId": "again",
        }
        aws(platform, "sqs").send_message(
            QueueUrl=queue_url(platform, "Ranges"), MessageBody=json.dumps(message)
        )


def ranges_of(content: bytes) -> list[Range]:
    """Return the ranges that the stage cuts a file into."""
    return cut(layout_of(content[:HEAD_BYTES]), len(content), most_bytes=RANGE_BYTES)


def queue_url(platform: dict[str, Any], name: str) -> str:
    """Return the address of one of the service's queues."""
    prefix = f"Local-Readings-{name}"
    (url,) = aws(platform, "sqs").list_queues(QueueNamePrefix=prefix)["QueueUrls"]
    return str(url)


def worked_off(platform: dict[str, Any]) -> None:
    """Wait until nothing is left in the queues of ranges and of imports that may be over."""
    sqs = aws(platform, "sqs")
    for name in ("Ranges", "Finishing"):
        eventually(
            partial(
                sqs.get_queue_attributes,
                QueueUrl=queue_url(platform, name),
                AttributeNames=list(LEFT),
            ),
            until=lambda seen: {seen["Attributes"][each] for each in LEFT} == {"0"},
        )


def killed_twice(platform: dict[str, Any], shown: Callable[[], dict[str, Any]]) -> int:
    """Kill twice who works on an import, and return how often one was there before it ended."""
    eventually(shown, until=lambda now: now["status"] != "AWAITING_UPLOAD")
    killed: set[int] = set()

    def hold() -> list[psutil.Process] | None:
        """Hold who works, so that nothing ends while one looks; None: it has ended."""
        held = [worker for worker in workers(platform) if worker.pid not in killed]
        for worker in held:
            worker.suspend()
        if shown()["status"] == "IMPORTING":
            return held
        for worker in held:
            worker.resume()
        return None

    for kills in range(2):
        held = eventually(hold, until=lambda some: some != [])
        if held is None:
            return kills
        for worker in held:
            killed.add(worker.pid)
            worker.kill()
    return 2


def workers(platform: dict[str, Any]) -> list[psutil.Process]:
    """Return the processes that work on ranges, or wait for one."""
    group = platform_stage(Path(platform["directory"])).emulator.group
    assert group is not None
    found = []
    for one in group.members():
        with contextlib.suppress(psutil.Error):  # it has ended meanwhile
            found += [
                each
                for each in (one, *one.children(recursive=True))
                if any(WORKER in word for word in each.cmdline())
            ]
    return found
