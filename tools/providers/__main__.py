"""Serve the outside world: `python -m tools.providers`.

Reads PROVIDERS_PORT (HTTP), MAIL_PORT (SMTP), PROVIDERS_DIRECTORY, where payments and mails are
kept, and PAYMENT_KEY_FILE, which holds the secret that the payment provider's customer knows.
"""

import asyncio
import os
import signal
from pathlib import Path

from tools.providers.http import serve as serve_http
from tools.providers.mailbox import Mailbox
from tools.providers.payments import Payments
from tools.providers.smtp import serve as serve_mail
from tools.providers.world import World

HOST = "127.0.0.1"


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    directory = Path(os.environ["PROVIDERS_DIRECTORY"])
    key_file = Path(os.environ["PAYMENT_KEY_FILE"])
    world = World(
        payments=Payments(directory / "payments.jsonl"),
        mailbox=Mailbox(directory / "mails"),
        payment_key=lambda: key_file.read_text().strip() if key_file.is_file() else None,
    )
    mail = await serve_mail(world, HOST, int(os.environ["MAIL_PORT"]))
    http = await serve_http(world.answer, HOST, int(os.environ["PROVIDERS_PORT"]))
    await told_to_stop.wait()
    http.close()
    mail.close()


if __name__ == "__main__":
    asyncio.run(main())
