"""What people are told to type: `blockwork local up`, or what their app calls it."""

from blockwork.command.settings import read_settings


def called(command: str, **options: object) -> str:
    """Return how the app's people call a command, for a message.

    The setting `called` has what they say instead.

    :param command: its words behind `blockwork`, such as `local up`.
    :param options: what it is to be called with, in order.
    """
    words = " ".join([command, *(f"--{name} {{{name}}}" for name in options)])
    said = read_settings().called.get(words, f"blockwork {words}")
    return said.format(**options)
