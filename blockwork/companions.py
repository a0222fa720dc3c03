"""What an app speaks to besides AWS, played on this machine: fakes, and servers of their own."""

from collections.abc import Mapping, Sequence

import msgspec

OUTSIDE, MAIL, FIRST_COMPANION = 2, 3, 4
"""How far ports are from the one of AWS's APIs: of all fakes with the mailbox, of its mail server
(SMTP), and of the first server of its own; each further one has the next."""


class FakeService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outside service that is faked with :mod:`blockwork.local.fakes`.

    All fakes run in one process, with the mailbox, on the port `OUTSIDE` after AWS's APIs.

    :param name: what people and `PUT /control` call it, such as `carrier`.
    :param code: `module:name` of what makes it from a :class:`blockwork.local.fakes.Place`; the
        module is imported from the app's folder.
    :param path: where it answers. Default: its name, `/carrier`.
    :param variable: the variable in which functions find the real service's address. On the local
        stage, functions that have it are told the fake's instead. Default: none.
    :param secrets: what the fake shares with the app, by the name that the fake's code calls it:
        the parameter of SSM that holds it. The local stage makes the secret, and stores it there as
        a SecureString.
    :param sources: files and folders of the app that it is made of: it starts anew when they
        change. Default: its module, a file or a folder.
    """

    name: str
    code: str
    path: str | None = None
    variable: str | None = None
    secrets: dict[str, str] = {}
    sources: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse what no address can be made of."""
        module, _, made_by = self.code.partition(":")
        if not module or not made_by.isidentifier():
            raise ValueError(f'code must be "module:name", got {self.code!r} (fake {self.name})')
        if not self.mounted.startswith("/"):
            raise ValueError(f"path must begin with /, got {self.path!r} (fake {self.name})")

    @property
    def mounted(self) -> str:
        """The path it answers under, which begins with a slash."""
        return self.path or f"/{self.name}"

    @property
    def made_of(self) -> tuple[str, ...]:
        """The files and folders of the app that it is made of."""
        folder = self.code.partition(":")[0].replace(".", "/")
        return (folder, f"{folder}.py") if self.sources is None else self.sources


class Companion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A server that runs beside the emulator on a port of its own, such as a search engine.

    It must listen on 127.0.0.1 only.

    :param name: what people call it.
    :param command: its words; the first `python` is the one that runs the command. `{port}` in a
        word is its port, `{state}` the folder that is kept and forgotten with the stage.
    :param offers: what there is to look at, in a few words, for `status`.
    :param health: a path that answers 200 once it works.
    :param sources: files and folders of the app that it runs from: it starts anew when they change.
    :param environment: further variables, which may hold the same as `command`.
    :param variable: as with a fake: functions that have it are told this server's address.
    """

    name: str
    command: tuple[str, ...]
    offers: str = ""
    health: str = "/"
    sources: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    variable: str | None = None

    def __post_init__(self) -> None:
        """Refuse a server that nothing starts."""
        if not self.command:
            raise ValueError(f"command must have at least one word (companion {self.name})")


def beside(
    fakes: Sequence[FakeService], companions: Sequence[Companion], port: int
) -> list[dict[str, str]]:
    """Return `name`, `url` and `offers` of the outside world and each server beside it.

    :param port: of AWS's APIs.
    """
    names = ", ".join(each.name for each in fakes)
    mails = f"every mail that was sent; fakes: {names}" if names else "every mail that was sent"
    url = f"http://localhost:{port + OUTSIDE}/mails"
    return [
        {"name": "Outside", "url": url, "offers": f"({mails})"},
        *(
            {"name": each.name, "url": f"http://localhost:{number}", "offers": each.offers}
            for number, each in enumerate(companions, start=port + FIRST_COMPANION)
        ),
    ]


def beside_lines(told: Sequence[Mapping[str, str]]) -> list[str]:
    """Return what :func:`beside` has returned as lines for a person."""
    return [f"  {each['name']:7}  {each['url']}  {each['offers']}".rstrip() for each in told]


def addresses(
    fakes: Sequence[FakeService], companions: Sequence[Companion], port: int
) -> dict[str, str]:
    """Return the local address of each service whose variable is known, by that variable.

    :param port: of AWS's APIs.
    """
    told = {
        each.variable: f"http://127.0.0.1:{port + OUTSIDE}{each.mounted.rstrip('/')}"
        for each in fakes
    }
    told |= {
        each.variable: f"http://127.0.0.1:{number}"
        for number, each in enumerate(companions, start=port + FIRST_COMPANION)
    }
    return {variable: url for variable, url in told.items() if variable is not None}
