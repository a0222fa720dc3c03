"""An import as JSON: the body that begins one, and the views of it."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

import msgspec
from msgspec import Meta

from blockwork.runtime.envelope import Id
from blockwork.runtime.views import Timestamp, schema_of, timestamp
from readings.domain.imports import Filename, Import, ImportStatus

LARGEST_FILE = 2 * 1024**3
Size = Annotated[int, Meta(ge=1, le=LARGEST_FILE)]
Rows = Annotated[int, Meta(ge=0)]


class ImportBody(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an import that is begun: what the file is called, and its bytes."""

    filename: Filename
    size: Size


class UploadView(TypedDict):
    """Where the file goes: as `multipart/form-data`, the fields first, then `file`."""

    url: Annotated[str, Meta(extra_json_schema={"format": "uri"})]
    fields: Mapping[str, str]


class BegunImport(TypedDict):
    """An import whose file is awaited."""

    importId: Id
    status: ImportStatus
    upload: UploadView


class ImportView(TypedDict):
    """An import: each of its rows is either accepted or rejected, as far as it has come."""

    importId: Id
    filename: Annotated[str, Meta(extra_json_schema=schema_of(Filename))]
    status: ImportStatus
    accepted: Rows
    rejected: Rows
    createdAt: Timestamp
    reason: NotRequired[str]
    rejectsUrl: NotRequired[Annotated[str, Meta(extra_json_schema={"format": "uri"})]]


def view(shown: Import) -> ImportView:
    """Return an import as the API shows it."""
    body: ImportView = {
        "importId": shown.import_id,
        "filename": str(shown.filename),
        "status": shown.status,
        "accepted": shown.counts.accepted,
        "rejected": shown.counts.rejected,
        "createdAt": timestamp(shown.created_at),
    }
    if shown.reason:
        body["reason"] = shown.reason
    return body
