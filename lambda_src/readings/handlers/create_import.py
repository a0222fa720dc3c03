"""POST /imports: a user is about to upload a file of readings."""

from collections.abc import Callable
from datetime import UTC, datetime

from shared.users import user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.observability import current_correlation_id
from blockwork.runtime.uploads import UploadOffers
from readings.adapters.import_table import ImportTable
from readings.domain.files import upload_name
from readings.domain.imports import Import, Imports, ImportStatus, new_import_id
from readings.handlers.import_json import BegunImport, ImportBody

CSV, GZIP = "text/csv", "application/gzip"


def create_import(
    request: Request,
    *,
    imports: Imports,
    uploads: UploadOffers,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Response[BegunImport]:
    """Answer 201 with the import's id, and the form that its file is to be posted with."""
    user = user_of(request)
    body = read_body(request, ImportBody)
    moment = now()
    begun = Import(
        user_id=user.user_id,
        import_id=new_import_id(moment),
        filename=body.filename,
        status=ImportStatus.AWAITING_UPLOAD,
        status_since=moment,
        created_at=moment,
        correlation_id=current_correlation_id(),
        # What the token says now is what counts, however long the import takes.
        may_write=tuple(
            sorted(
                str(each.resource)
                for each in user.permissions
                if each.allows("write", str(each.resource))
            )
        ),
    )
    offer = uploads.make(
        upload_name(begun.user_id, begun.import_id),
        size=body.size,
        content_type=GZIP if body.filename.lower().endswith(".gz") else CSV,
    )
    imports.add(begun)
    answer: BegunImport = {
        "importId": begun.import_id,
        "status": begun.status,
        "upload": {"url": offer.url, "fields": offer.fields},
    }
    return Response.created(answer, location=f"./imports/{begun.import_id}")


handler = http_handler(
    create_import, imports=ImportTable.from_environment, uploads=UploadOffers.from_environment
)
