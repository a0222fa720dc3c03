"""The routes: who may ask for what, and what they are answered."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from readings.domain.imports import (
    Counts,
    Filename,
    Import,
    ImportPage,
    ImportStatus,
    UnknownImportError,
)
from readings.domain.packing import Page
from readings.domain.reading import meter_id_of
from readings.domain.registry import MeterPage, UnknownMeterError
from readings.handlers.create_import import create_import
from readings.handlers.get_import import get_import
from readings.handlers.list_readings import list_readings
from readings.handlers.register_meter import register_meter

from blockwork.runtime.http import Request, Response
from blockwork.runtime.problems import ProblemError
from blockwork.runtime.uploads import UploadOffers
from tests.unit.blockwork.runtime.fakes import KnownKey
from tests.unit.lambda_src.events import ADMINISTRATOR, CUSTOMER

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DONE = Import(
    user_id="user-2",
    import_id="i1",
    filename=Filename("a.csv"),
    status=ImportStatus.IMPORTED,
    status_since=NOW,
    created_at=NOW,
    correlation_id="c1",
    counts=Counts(accepted=3, rejected=1),
)


@dataclass
class InMemoryImports:
    """The port `Imports`."""

    kept: dict[tuple[str, str], Import] = field(default_factory=dict)

    def add(self, new: Import) -> None:
        self.kept[new.user_id, new.import_id] = new

    def get(self, user_id: str, import_id: str) -> Import:
        if (user_id, import_id) not in self.kept:
            raise UnknownImportError(import_id)
        return self.kept[user_id, import_id]

    def page(self, user_id: str, *, limit: int, after: str | None) -> ImportPage:
        raise NotImplementedError


class Rejects:
    """The port `Rejects`."""

    def url(self, user_id: str, import_id: str) -> str:
        return f"https://files.example/{user_id}/{import_id}"


@dataclass
class InMemoryMeters:
    """The port `Meters`."""

    owners: dict[str, str] = field(default_factory=dict)

    def register(self, meter_id: str, *, user_id: str) -> None:
        self.owners[meter_id] = user_id

    def owner(self, meter_id: str) -> str | None:
        return self.owners.get(meter_id)

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        raise NotImplementedError


class NoPages:
    """The port `Pages`."""

    def read(
        self, meter_id: str, version: int, *, first: int, last: int
    ) -> Iterator[tuple[int, Page]]:
        return iter(())

    def forget(self, meter_id: str) -> None:
        raise NotImplementedError


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> UploadOffers:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    return UploadOffers(
        boto3.client("s3", region_name="eu-west-2"),
        "uploads",
        prefix="uploads/",
        largest=2 * 1024**3,
        content_types=["text/csv", "application/gzip"],
        seconds=900,
    )


def begin(
    offers: UploadOffers, body: bytes, claims: dict[str, Any] = CUSTOMER
) -> tuple[dict[str, Any], Import]:
    imports = InMemoryImports()
    request = Request(claims=claims, body=body)
    answer = create_import(request, imports=imports, uploads=offers, now=lambda: NOW)
    assert answer.status == 201
    assert isinstance(answer.body, dict)
    (kept,) = imports.kept.values()
    return {**answer.body}, kept


@pytest.mark.parametrize(
    ("filename", "kind"), [("a.csv", "text/csv"), ("A.CSV.GZ", "application/gzip")]
)
def test_who_begins_an_import_is_offered_an_upload_of_their_own(
    offers: UploadOffers, filename: str, kind: str
) -> None:
    answer, kept = begin(offers, f'{{"filename": "{filename}", "size": 7}}'.encode())

    assert answer["status"] == kept.status == ImportStatus.AWAITING_UPLOAD
    fields = answer["upload"]["fields"]
    assert fields["key"] == f"uploads/user-2/{kept.import_id}"
    assert fields["Content-Type"] == kind
    assert kept.may_write == ()


def test_what_the_token_permits_is_kept_for_the_work(offers: UploadOffers) -> None:
    body = b'{"filename": "a", "size": 1}'

    assert begin(offers, body, ADMINISTRATOR)[1].may_write == ("*",)
    claims = {**CUSTOMER, "permissions": "read:meters/m1 write:meters/m2 write:products"}
    assert begin(offers, body, claims)[1].may_write == ("meters/m2", "products")


@pytest.mark.parametrize("size", ["0", "2147483649", '"7"', "1.5"])
def test_a_size_that_is_not_taken_is_refused(offers: UploadOffers, size: str) -> None:
    with pytest.raises(ProblemError) as refused:
        begin(offers, f'{{"filename": "a", "size": {size}}}'.encode())
    assert refused.value.status == 422


def test_an_import_is_shown_to_its_user_with_the_rejects_once_they_are_all() -> None:
    imports = InMemoryImports()
    imports.add(DONE)
    imports.add(replace(DONE, import_id="i2", status=ImportStatus.IMPORTING))

    def shown(import_id: str, claims: dict[str, Any] = CUSTOMER) -> Response:
        request = Request(path={"importId": import_id}, claims=claims)
        return get_import(request, imports=imports, rejects=Rejects())

    done = {
        "importId": "i1",
        "filename": "a.csv",
        "status": "IMPORTED",
        "accepted": 3,
        "rejected": 1,
        "createdAt": "2026-03-01T00:00:00.000Z",
    }
    assert shown("i1").body == {**done, "rejectsUrl": "https://files.example/user-2/i1"}
    assert shown("i2").body == {**done, "importId": "i2", "status": "IMPORTING"}
    with pytest.raises(UnknownImportError):
        shown("i1", ADMINISTRATOR)


def test_who_may_register_says_whose_meter_it_is() -> None:
    meters = InMemoryMeters()
    request = Request(path={"meterId": "m1"}, body=b'{"userId": "user-2"}', claims=ADMINISTRATOR)

    assert register_meter(request, meters=meters).body == {"meterId": "m1", "userId": "user-2"}
    assert meters.owners == {"m1": "user-2"}
    with pytest.raises(ProblemError, match="permission to register meters"):
        register_meter(replace(request, claims=CUSTOMER), meters=meters)


@pytest.mark.parametrize("meter_id", ["m1", "_M-1", "-", "a" * 64, "a" * 65, "m.1", "m 1", "é", ""])
def test_a_file_names_exactly_the_meters_that_can_be_registered_and_asked_for(
    meter_id: str,
) -> None:
    def is_taken(check: Callable[[], str], refused: type[Exception]) -> bool:
        try:
            return check() == meter_id
        except refused:
            return False

    by_routes = is_taken(
        lambda: Request(path={"meterId": meter_id}).path_id("meterId"), ProblemError
    )
    assert is_taken(lambda: meter_id_of(meter_id), ValueError) == by_routes


@pytest.mark.parametrize(
    ("permissions", "may"),
    [("", False), ("read:meters/m2", False), ("read:meters/m1", True), ("read:meters/*", True)],
)
def test_another_s_readings_are_not_there_but_for_who_may_read_them(
    permissions: str, may: bool
) -> None:
    request = Request(path={"meterId": "m1"}, claims={**CUSTOMER, "permissions": permissions})

    def ask(owner: str) -> Response:
        meters = InMemoryMeters({"m1": owner})
        return list_readings(request, meters=meters, pages=NoPages(), signer=KnownKey())

    assert ask("user-2").body == {"readings": []}
    if may:
        assert ask("user-3").body == {"readings": []}
    else:
        with pytest.raises(UnknownMeterError):
            ask("user-3")
