"""The files of an import: what was uploaded, a copy that nobody can replace, and the rejects."""

from typing import Protocol

UPLOADS = "uploads/"


def upload_name(user_id: str, import_id: str) -> str:
    """Return what is offered of an import's upload: its key without the prefix."""
    return f"{user_id}/{import_id}"


def upload_key(user_id: str, import_id: str) -> str:
    """Return the key of an import's upload."""
    return UPLOADS + upload_name(user_id, import_id)


def import_of(key: str) -> tuple[str, str]:
    """Return user id and import id of an upload's key.

    :raises ValueError: if it is not the key of an upload.
    """
    user_id, slash, import_id = key.removeprefix(UPLOADS).partition("/")
    if not (key.startswith(UPLOADS) and user_id and slash and import_id) or "/" in import_id:
        raise ValueError(f"key must be {UPLOADS}<userId>/<importId>, got {key!r}")
    return user_id, import_id


class Rejects(Protocol):
    """Where the rejects of imports are shown."""

    def url(self, user_id: str, import_id: str) -> str:
        """Return an address that opens the whole file of rejects for a few minutes."""
        ...
