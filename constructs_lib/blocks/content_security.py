"""What a site's pages may load and talk to: its Content-Security-Policy (CSP level 3)."""

import re
from collections.abc import Mapping, Sequence

NOBODY = ("'none'",)
OURS = ("'self'",)
STRICT: Mapping[str, tuple[str, ...]] = {
    "default-src": NOBODY,
    "script-src": OURS,
    "style-src": OURS,
    "img-src": (*OURS, "data:"),
    "font-src": OURS,
    "manifest-src": OURS,
    "connect-src": OURS,
    "base-uri": NOBODY,
    "form-action": OURS,
    "frame-ancestors": NOBODY,
}
"""What there is without further sources."""
FURTHER = ("child-src", "frame-src", "media-src", "object-src", "worker-src", "report-uri")
EVERYBODY = ("*", "https:", "http:", "wss:", "ws:")
RUNS_ANYTHING = ("'unsafe-inline'", "'unsafe-eval'", "data:", "blob:", "filesystem:")
OF_SCRIPTS = ("default-src", "script-src", "object-src")
A_SOURCE = re.compile(r"[!-~]+")


def content_security_policy(further: Mapping[str, Sequence[str]], *, at: str) -> str:
    """Return the strict policy with further sources in some of its directives.

    :param further: sources by directive, such as `{"frame-src": ["https://pay.example"]}`.
    :param at: the path of the block that asks.
    :raises ValueError: if a directive is none, or a source would end it, allows every address, or
        lets scripts in that nobody has looked at.
    """
    known = (*STRICT, *FURTHER)
    for directive, sources in further.items():
        if directive not in known:
            raise ValueError(
                f"sources must be for some of {', '.join(known)}, got {directive!r} (at {at})"
            )
        if isinstance(sources, str):
            raise ValueError(
                f"sources of {directive} must be a list, such as ['https://a.example'], "
                f"got {sources!r} (at {at})"
            )
        for source in sources:
            _check_source(directive, source, at)
    written = []
    for directive in known:
        strict, added = STRICT.get(directive, NOBODY), tuple(further.get(directive, ()))
        if directive in STRICT or added:
            sources = (*(() if strict == NOBODY and added else strict), *added)
            written.append(" ".join((directive, *sources)))
    return "; ".join(written)


def _check_source(directive: str, source: str, at: str) -> None:
    name = "connect_sources" if directive == "connect-src" else f"sources of {directive}"
    if (
        source in EVERYBODY
        or not A_SOURCE.fullmatch(source)
        or any(char in source for char in ";,")
        or source.strip("'") == "none"
    ):
        raise ValueError(
            f"{name} must hold one address each, such as 'https://api.example.org'"
            f", and none that stands for everybody or nobody, got {source!r} (at {at})"
        )
    if directive in OF_SCRIPTS and source in RUNS_ANYTHING:
        raise ValueError(
            f"{name} must let in known scripts only: give an inline one's hash, "
            f"\"'sha256-…'\", as browsers show it, got {source!r} (at {at})"
        )
