"""GET /imports/{importId}: how far one of a user's own imports has come."""

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from readings.adapters.import_table import ImportTable
from readings.adapters.reject_files import RejectFiles
from readings.domain.files import Rejects
from readings.domain.imports import Imports, UnknownImportError
from readings.handlers.import_json import ImportView
from readings.handlers.showing import view_with_rejects


def get_import(request: Request, *, imports: Imports, rejects: Rejects) -> Response[ImportView]:
    """Answer 200 with the import; that of another user does not exist."""
    user = user_of(request)
    found = imports.get(user.user_id, request.path_id("importId"))
    return Response.ok(view_with_rejects(found, rejects))


handler = http_handler(
    get_import,
    errors={UnknownImportError: 404},
    imports=ImportTable.from_environment,
    rejects=RejectFiles.from_environment,
)
