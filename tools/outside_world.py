"""What the platform needs beside AWS: the outside world that `tools.providers` plays."""

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from blockwork.local.companion import PORT, Companion
from blockwork.local.launch import Emulator

PAYMENT_KEY = "payment-key"
CAMPAIGN_KEY = "campaign-key"
WEBHOOK_KEYS = "webhook-keys"
"""Files in the folder of the emulator's state, which they are kept and forgotten with."""
TOOLS = Path(__file__).parent


def _environment(port: int, state: Path) -> dict[str, str]:
    return {
        "PROVIDERS_PORT": str(port + PORT),
        "MAIL_PORT": str(port + PORT + 1),
        "PROVIDERS_DIRECTORY": str(state / "providers"),
        "PAYMENT_KEY_FILE": str(state / PAYMENT_KEY),
        "CAMPAIGN_KEY_FILE": str(state / CAMPAIGN_KEY),
        "WEBHOOK_KEYS_FILE": str(state / WEBHOOK_KEYS),
    }


OUTSIDE_WORLD = Companion(
    name="the outside world",
    offers="payments, weather, campaigns, mails",
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

    :param state: the folder of the emulator's state.
    """
    return _kept(state / PAYMENT_KEY)


def campaign_key(state: Path) -> str:
    """Return the secret that the e-mail provider knows its customer by, made at first use."""
    return _kept(state / CAMPAIGN_KEY)


def webhook_keys(state: Path) -> str:
    """Return what the e-mail provider's callbacks are signed by, made at first use.

    There may be several keys in the file, separated by white space. The provider signs by the
    first; its customer believes each. To change it without a callback that is refused, write the
    new one behind the old one, tell the customer both, and then put the new one first.
    """
    return _kept(state / WEBHOOK_KEYS)


def _kept(file: Path) -> str:
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(32))
    return file.read_text()
