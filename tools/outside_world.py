"""What the platform needs beside AWS: the outside world that `tools.providers` plays."""

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from blockwork.local.companion import PORT, Companion
from blockwork.local.launch import Emulator

KEY = "payment-key"
TOOLS = Path(__file__).parent


def _environment(port: int, state: Path) -> dict[str, str]:
    return {
        "PROVIDERS_PORT": str(port + PORT),
        "MAIL_PORT": str(port + PORT + 1),
        "PROVIDERS_DIRECTORY": str(state / "providers"),
        "PAYMENT_KEY_FILE": str(state / KEY),
    }


OUTSIDE_WORLD = Companion(
    name="the outside world",
    offers="payments, weather, mails",
    command=(sys.executable, "-m", "tools.providers"),
    sources=(TOOLS / "providers",),
    environment=_environment,
)


def emulator_with_outside_world(
    directory: Path, settings: Mapping[str, str] | None = None
) -> Emulator:
    """Return an emulator beside which the outside world is played; see :class:`Emulator`."""
    return Emulator(directory, settings, [OUTSIDE_WORLD])


def payment_key(state: Path) -> str:
    """Return the secret that the payment provider knows its customer by, made at first use.

    :param state: the folder of the emulator's state, which it is kept and forgotten with.
    """
    file = state / KEY
    if not file.is_file():
        state.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()
