"""Serve the outside world: `python -m blockwork.local.fakes`, in the app's folder.

Reads OUTSIDE_PORT (HTTP), MAIL_PORT (SMTP), STATE_DIR, where fakes and mailbox remember, and FAKES,
a JSON list of the app's fakes with `name`, `code` and `path`.
"""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from blockwork.local.fakes.http import serve as serve_http
from blockwork.local.fakes.outside import Outside
from blockwork.local.fakes.registered import registered
from blockwork.local.fakes.smtp import serve as serve_mail

HOST = "127.0.0.1"


async def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    try:
        fakes = [registered(entry) for entry in json.loads(os.environ["FAKES"])]
        outside = Outside(Path(os.environ["STATE_DIR"]), fakes)
    except ValueError as error:
        sys.exit(f"error: {error}")
    mail = await serve_mail(outside, HOST, int(os.environ["MAIL_PORT"]))
    http = await serve_http(outside.answer, HOST, int(os.environ["OUTSIDE_PORT"]))
    outside.start()
    await told_to_stop.wait()
    http.close()
    mail.close()


if __name__ == "__main__":
    asyncio.run(main())
