"""What is shown of an import beside its own numbers: where its rejects are."""

from readings.domain.files import Rejects
from readings.domain.imports import Import, ImportStatus
from readings.handlers.import_json import ImportView, view


def view_with_rejects(shown: Import, rejects: Rejects) -> ImportView:
    """Return the view with the address of the rejects, once there are some and they are all."""
    if shown.status is not ImportStatus.IMPORTED or not shown.counts.rejected:
        return view(shown)
    return {**view(shown), "rejectsUrl": rejects.url(shown.user_id, shown.import_id)}
