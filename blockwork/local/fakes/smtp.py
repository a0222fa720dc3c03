"""The mail server that puts every mail into the mailbox, whoever it is for."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

from blockwork.local.fakes.outside import Outside

MOST_BYTES = 40 * 1024 * 1024  # what SES sends at most
LONGEST_COMMAND = 512  # bytes (RFC 5321, 4.5.3.1.4)
FIRST_COMMANDS = {b"EHLO", b"HELO", b"NOOP", b"QUIT", b"RSET"}


async def serve(outside: Outside, host: str, port: int) -> asyncio.Server:
    """Listen for mails, and return the server."""
    handler = _Handler(outside)

    def protocol() -> SMTP:
        return MailServer(
            handler, hostname="localhost", data_size_limit=MOST_BYTES, enable_SMTPUTF8=True
        )

    return await asyncio.get_running_loop().create_server(protocol, host, port)


class MailServer(SMTP):
    """Cuts off whoever does not begin as a mail server does.

    SMTP passes over lines that it does not know. A web page can make its browser send an HTTP
    request to this port; commands in the request's body would be carried out.
    """

    _unread = b""
    _has_begun = False

    def data_received(self, data: bytes) -> None:
        """Take what has come in, once its first line is a command."""
        if self._has_begun:
            super().data_received(data)
            return
        self._unread += data
        line, newline, _ = self._unread.partition(b"\n")
        if not newline and len(self._unread) <= LONGEST_COMMAND:
            return
        if newline and line.upper().partition(b" ")[0].strip() in FIRST_COMMANDS:
            self._has_begun = True
            super().data_received(self._unread)
        else:
            assert isinstance(self.transport, asyncio.WriteTransport)
            self.transport.abort()


class _Handler:
    """What aiosmtpd asks."""

    def __init__(self, outside: Outside) -> None:
        self._outside = outside

    async def handle_DATA(  # noqa: N802 -- aiosmtpd calls it so
        self,
        _server: SMTP,
        _session: object,
        envelope: Any,  # noqa: ANN401 -- it ships no types
    ) -> str:
        return await self._outside.receive(envelope.rcpt_tos, envelope.content)
