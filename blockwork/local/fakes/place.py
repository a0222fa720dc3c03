"""Where a fake lives: what it is called, where it remembers, and what is around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from blockwork.local.fakes.control import Control
from blockwork.local.fakes.journal import Journal
from blockwork.local.fakes.keys import KeyFile


def no_mail(recipients: Sequence[str], _message: bytes) -> str:
    """Refuse a mail: there is no mailbox."""
    raise RuntimeError(f"there is no mailbox here for a mail to {', '.join(recipients)}")


@dataclass(frozen=True, kw_only=True)
class Place:
    """What a fake is given as it is made. `Place(name=…, directory=tmp_path)` does for a test.

    :param name: what the app calls the fake.
    :param directory: its own; kept and forgotten with the stage.
    :param control: says how it is to behave. Default: its own, which says `ok`.
    :param mail: puts a mail (RFC 5322) into the recipients' mailbox, and returns its id.
    """

    name: str
    directory: Path
    control: Control = field(default_factory=Control)
    mail: Callable[[Sequence[str], bytes], str] = no_mail

    def journal(self, name: str = "journal") -> Journal:
        """Return a file of the fake's own that only grows."""
        return Journal(self.directory / f"{name}.jsonl")

    def keys(self, secret: str) -> KeyFile:
        """Return what the app and the fake share under a name."""
        return KeyFile(self.directory / f"{secret}.key")
