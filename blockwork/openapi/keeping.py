"""Keeps the documents of an app in a folder, one `<api>.json` each."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwork.openapi.comparing import breaking_changes
from blockwork.openapi.documents import text_of
from blockwork.openapi.templates import OpenApiError

Documents = Mapping[str, Mapping[str, Any]]


def stale(documents: Documents, folder: Path) -> list[str]:
    """Return, in sentences, which files are not as they would be written, or of no API."""
    says = []
    for name, document in documents.items():
        file = folder / f"{name}.json"
        if not file.is_file():
            says.append(f"{file} is missing")
        elif file.read_text("utf-8") != text_of(document):
            breaks = broken(document, file)
            says.append(f"{file} is not what the API is now{f': {breaks}' if breaks else ''}")
    return sorted(
        [*says, *(f"{file} is of no API that there is" for file in _of_none(documents, folder))]
    )


def write(documents: Documents, folder: Path) -> list[str]:
    """Write every document; return why some were not: their clients would not survive it."""
    folder.mkdir(parents=True, exist_ok=True)
    refusals = []
    for name, document in documents.items():
        file = folder / f"{name}.json"
        if file.is_file() and (breaks := broken(document, file)):
            refusals.append(breaks)
        else:
            file.write_text(text_of(document), "utf-8")
    refusals += [
        f"{file} is of no API that there is: if its clients are gone too, delete it"
        for file in _of_none(documents, folder)
    ]
    return refusals


def broken(document: Mapping[str, Any], file: Path) -> str:
    """Return what clients of the document in a file would not survive; nothing if all is well.

    Nothing of it counts once the version is a higher one.

    :raises OpenApiError: if the file has no document.
    """
    try:
        before = json.loads(file.read_text("utf-8"))
        version, now = (int(each["info"]["version"]) for each in (before, document))
        breaks = breaking_changes(before, document) if now <= version else []
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise OpenApiError(
            f"{file} must be a document that `blockwork openapi` wrote: {error!r}. Take it out of"
            " version control again"
        ) from error
    if not breaks:
        return ""
    return (
        f"{document['info']['title']} has changed too much for version {version}: "
        f"{'; '.join(breaks)}. Keep what its clients use, or say version={version + 1} to its"
        " BusinessApi (`Version` of AWS::ApiGatewayV2::Api) once no client needs it"
    )


def _of_none(documents: Documents, folder: Path) -> list[Path]:
    return [file for file in sorted(folder.glob("*.json")) if file.stem not in documents]
