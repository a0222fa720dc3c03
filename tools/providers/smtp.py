"""The mail server that puts every mail into the mailbox, whoever it is for."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP

from tools.providers.world import World

MOST_BYTES = 40 * 1024 * 1024  # what SES sends at most


async def serve(world: World, host: str, port: int) -> asyncio.Server:
    """Listen for mails, and return the server."""
    handler = _Handler(world)

    def protocol() -> SMTP:
        return SMTP(handler, hostname="localhost", data_size_limit=MOST_BYTES, enable_SMTPUTF8=True)

    return await asyncio.get_running_loop().create_server(protocol, host, port)


class _Handler:
    """What aiosmtpd asks."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_DATA(  # noqa: N802 -- aiosmtpd calls it so
        self,
        _server: SMTP,
        _session: object,
        envelope: Any,  # noqa: ANN401 -- it ships no types
    ) -> str:
        return await self._world.receive(envelope.rcpt_tos, envelope.content)
