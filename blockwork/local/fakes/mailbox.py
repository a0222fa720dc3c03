"""Everybody's mailbox: mails are kept as they came, one file each."""

import hashlib
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from blockwork.local.fakes.journal import Journal

RECIPIENTS = "X-Envelope-To"


class Mailbox:
    """Mails in a folder, and a journal beside it that says what is in them.

    To look into a thousand mails takes seconds, to read what was found in them does not.

    :param folder: made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._journal = Journal(folder.with_suffix(".jsonl"))
        self._described: dict[str, dict[str, Any]] = {}
        self._found_by: dict[tuple[str, str], list[str]] = {}
        for described in self._journal.entries():
            self._add(described)
        # Kept by a process that was killed before it described them.
        files = [file for file in folder.glob("*.eml") if file.stem not in self._described]
        for file in sorted(files, key=lambda one: one.stat().st_mtime_ns):
            mail = _parse(file.read_bytes())
            self._note(_describe(file.stem, str(mail[RECIPIENTS]).split(", "), mail))

    def keep(self, recipients: Sequence[str], message: bytes) -> str:
        """Keep a mail and return its id; a mail that comes a second time is the same mail.

        Servers repeat a mail when they are not sure that it arrived; its Message-ID tells.
        """
        mail = _parse(message)
        identity = mail["Message-ID"] or message
        mail_id = hashlib.sha256(repr((identity, recipients)).encode()).hexdigest()[:20]
        if mail_id not in self._described:
            content = f"{RECIPIENTS}: {', '.join(recipients)}\r\n".encode() + message
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._folder / f"{mail_id}.unfinished"
            unfinished.write_bytes(content)
            unfinished.rename(self._folder / f"{mail_id}.eml")
            self._note(_describe(mail_id, recipients, mail))
        return mail_id

    def mails(self, *, to: str | None = None, subject: str | None = None) -> list[dict[str, Any]]:
        """Describe every mail, the oldest first.

        :param to: only those to this address. Default: to anybody.
        :param subject: only those that are about exactly this. Default: about anything.
        """
        wanted = [("to", to), ("subject", subject)]
        found = [self._found_by.get((name, text), []) for name, text in wanted if text is not None]
        ids = min(found, key=len) if found else list(self._described)
        described = [self._described[mail_id] for mail_id in ids]
        return [
            mail
            for mail in described
            if (to is None or to in mail["to"]) and subject in (None, mail["subject"])
        ]

    def attachment(self, mail_id: str, number: int) -> tuple[str, bytes] | None:
        """Return an attachment's content type and content, if there is one.

        :param number: counts from 0.
        """
        if mail_id not in self._described:
            return None
        mail = _parse((self._folder / f"{mail_id}.eml").read_bytes())
        attachments = list(mail.iter_attachments())
        if not 0 <= number < len(attachments):
            return None
        return attachments[number].get_content_type(), _content(attachments[number])

    def _note(self, described: dict[str, Any]) -> None:
        self._journal.note(described)
        self._add(described)

    def _add(self, described: dict[str, Any]) -> None:
        self._described[described["id"]] = described
        texts = [("to", address) for address in dict.fromkeys(described["to"])]
        for text in [*texts, ("subject", described["subject"])]:
            self._found_by.setdefault(text, []).append(described["id"])


def _parse(message: bytes) -> EmailMessage:
    return message_from_bytes(message, policy=policy.default)


def _describe(mail_id: str, recipients: Sequence[str], mail: EmailMessage) -> dict[str, Any]:
    text = mail.get_body(("plain", "html"))
    return {
        "id": mail_id,
        "to": list(recipients),
        "from": str(mail["From"]),
        "subject": str(mail["Subject"]),
        "listUnsubscribe": _text(mail["List-Unsubscribe"]),
        "listUnsubscribePost": _text(mail["List-Unsubscribe-Post"]),
        "text": text.get_content() if text else "",
        "attachments": [
            {
                "filename": part.get_filename(),
                "contentType": part.get_content_type(),
                "size": len(_content(part)),
            }
            for part in mail.iter_attachments()
        ],
    }


def _text(header: object) -> str | None:
    return None if header is None else str(header)


def _content(part: Any) -> bytes:  # noqa: ANN401 -- the class email hands out depends on its policy
    return bytes(part.get_payload(decode=True) or b"")
