"""GET /imports: a user's own imports, newest first."""

from typing import NotRequired, TypedDict

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from readings.adapters.import_table import ImportTable
from readings.adapters.reject_files import RejectFiles
from readings.domain.files import Rejects
from readings.domain.imports import Imports
from readings.handlers.import_json import ImportView
from readings.handlers.showing import view_with_rejects

LIST = "imports"


class ImportPageView(TypedDict):
    """Some of the user's imports."""

    imports: list[ImportView]
    nextToken: NotRequired[str]


def list_imports(
    request: Request, *, imports: Imports, rejects: Rejects, signer: Signer
) -> Response[ImportPageView]:
    """Answer 200 with one page of imports, and the token of the next if there is one."""
    user = user_of(request)
    query = read_page_query(request, of=LIST, signer=signer)
    page = imports.page(user.user_id, limit=query.limit, after=query.after)
    body: ImportPageView = {"imports": [view_with_rejects(each, rejects) for each in page.imports]}
    if page.last_id is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.last_id)
    return Response.ok(body)


handler = http_handler(
    list_imports,
    imports=ImportTable.from_environment,
    rejects=RejectFiles.from_environment,
    signer=SecretSigner.from_environment,
)
