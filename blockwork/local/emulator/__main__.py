"""Serve the emulator: `python -m blockwork.local.emulator`.

In an environment made from requirements.txt. Reads MiniStack's own variables (GATEWAY_PORT,
BIND_HOST, AUTH, STATE_DIR …) from the environment. The gateway listens on GATEWAY_PORT, the edge
(CloudFront) on the port after it.
"""

import asyncio
import os
import resource
import signal
import sys
from importlib.metadata import version

SUPPORTED = "1.5.33"


def main() -> None:
    """Serve until SIGTERM or SIGINT; running handlers end and the state is saved on the way out."""
    installed = version("ministack")
    if installed != SUPPORTED:
        sys.exit(
            f"ministack must be {SUPPORTED}, got {installed}: the modules beside this"
            " one in gaps/ reach into that version. Read them before you change the pin"
        )
    # Imported late: MiniStack reads its settings when it is imported.
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app as gateway

    from blockwork.local.emulator.gaps import _life, close_all, idle_workers

    close_all()
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    host = os.environ.get("BIND_HOST", "127.0.0.1")
    port = int(os.environ.get("GATEWAY_PORT", "4566"))
    config = Config()
    config.bind = [f"{host}:{port}", f"{host}:{port + 1}"]
    config.keep_alive_timeout = 75
    config.loglevel = os.environ.get("LOG_LEVEL", "INFO")

    async def until_told_to_stop() -> None:
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        _life.serving.set()
        await told.wait()
        await _life.drain()

    asyncio.run(serve(gateway.app, config, shutdown_trigger=until_told_to_stop))
    idle_workers.reap(ttl=0)


if __name__ == "__main__":
    main()
