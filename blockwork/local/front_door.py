"""Who may speak to the local stage's servers: programs of this machine, and the pages they serve.

A browser sends requests to this machine for every web page that asks it to, and a page's owner can
let any name lead here (DNS rebinding). What a browser cannot do is lie about it: `Host` is the name
it was sent to, `Origin`, `Referer` and `Sec-Fetch-*` tell of a page, and scripts cannot set them
(https://fetch.spec.whatwg.org/#forbidden-request-header). Programs, such as curl or boto3, send
none of the three. Standard library only: the emulator and the outside world both import it.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

HOST = re.compile(r"(\[::1\]|[a-z0-9_.-]+)(?::(\d{1,5}))?")
ORIGIN = re.compile(r"(https?)://(\[::1\]|[a-z0-9_.-]+)(?::(\d{1,5}))?")
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}

Headers = Iterable[tuple[bytes, bytes]]


def never(*_anything: object) -> bool:
    """Tell that it is not so, whatever it is."""
    return False


@dataclass(frozen=True, kw_only=True)
class FrontDoor:
    """The rule of one server.

    :param port: where it listens, on the loopback.
    :param serves: tells whether it serves a host name besides the loopback's. Default: none.
    :param trusts: tells whether pages of an origin, such as `http://localhost:4567`, may use it.
        Default: none may, not even its own.
    """

    port: int
    serves: Callable[[str], bool] = field(default=never)
    trusts: Callable[[str], bool] = field(default=never)

    def refusal(
        self,
        method: str,
        target: str,
        headers: Headers,
        *,
        may_be_linked: Callable[[], bool] = never,
    ) -> str | None:
        """Say why a request is refused; None if it is not.

        :param target: as it was sent: `/path?query`.
        :param headers: their names in lower case, each as often as it was sent.
        :param may_be_linked: tells whether a link on any page may lead to the target: the answer is
            shown to the person who followed it, and kept from the page. Default: none may.
        """
        sent: dict[str, list[str]] = {}
        for name, value in headers:
            sent.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        if not target.startswith("/"):
            return f"the target of a request must be a path, got {target[:100]!r}"
        host = ", ".join(sent.get("host", ["none"]))
        if not self.is_here(host):
            return f"Host must be localhost:{self.port} or a name that is served here, got {host!r}"
        page = page_behind(sent)
        if page is None or self.trusts(page) or (is_link(method, sent) and may_be_linked()):
            return None
        return f"pages of {page!r} may not use this server; programs may, without Origin"

    def is_here(self, host: str) -> bool:
        """Tell whether a request for `Host` has come to where it was meant for."""
        parts = HOST.fullmatch(host.lower())
        if parts is None or int(parts[2] or self.port) != self.port:
            return False
        name = parts[1]
        return name in LOOPBACK or name.endswith(".localhost") or self.serves(name)


def page_behind(sent: dict[str, list[str]]) -> str | None:
    """Return the origin of the page that caused a request; None for a program or a typed address.

    :param sent: all values of each header. Without an origin to tell, it is "another site".
    """
    if "origin" in sent:
        return ", ".join(sent["origin"])
    site = ", ".join(sent.get("sec-fetch-site", ["none"]))
    referer = ORIGIN.match(sent.get("referer", [""])[0].lower())
    # A chain of redirects that leaves the site keeps the referer and turns into cross-site.
    if referer and site != "cross-site":
        return referer[0]
    return None if site == "none" and "referer" not in sent else "another site"


def is_link(method: str, sent: dict[str, list[str]]) -> bool:
    """Tell whether somebody follows a link, in a whole tab."""
    wanted = {"sec-fetch-mode": ["navigate"], "sec-fetch-dest": ["document"]}
    return method == "GET" and all(sent.get(name) == value for name, value in wanted.items())
