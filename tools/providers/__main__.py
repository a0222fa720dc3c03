"""Serve the outside world: `python -m tools.providers`.

Reads PROVIDERS_PORT (HTTP), MAIL_PORT (SMTP), PROVIDERS_DIRECTORY, where payments, campaigns and
mails are kept, PAYMENT_KEY_FILE and CAMPAIGN_KEY_FILE, which hold the secrets that each provider's
customer knows, and WEBHOOK_KEYS_FILE, by whose first key callbacks are signed.
"""

import asyncio
import os
import signal
from pathlib import Path

from tools.providers.http import serve as serve_http
from tools.providers.keys import KeyFile
from tools.providers.smtp import serve as serve_mail
from tools.providers.world import World

HOST = "127.0.0.1"


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    directory = Path(os.environ["PROVIDERS_DIRECTORY"])
    world = World(
        directory,
        payment_key=KeyFile(Path(os.environ["PAYMENT_KEY_FILE"])),
        campaign_key=KeyFile(Path(os.environ["CAMPAIGN_KEY_FILE"])),
        webhook_keys=KeyFile(Path(os.environ["WEBHOOK_KEYS_FILE"])),
    )
    mail = await serve_mail(world, HOST, int(os.environ["MAIL_PORT"]))
    http = await serve_http(world.answer, HOST, int(os.environ["PROVIDERS_PORT"]))
    world.resume()
    await told_to_stop.wait()
    http.close()
    mail.close()


if __name__ == "__main__":
    asyncio.run(main())
