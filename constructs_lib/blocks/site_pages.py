"""Which file of a site answers an address that names none, and what is done before."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Style = Literal["app", "folders", "files"]
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, as far as addresses go
RUNTIME = Path(__file__).parent.parent / "runtime"
SPA_FALLBACK = RUNTIME / "spa_fallback.js"
STEPS = {"askPassword": "password.js", "toOwnName": "own_name.js", "toPage": "pages.js"}
"""Functions that look at a request, in their order; the first that answers ends it."""


@dataclass(frozen=True, kw_only=True)
class SitePages:
    """Which file answers an address without a file extension.

    ::

        StaticSite(self, "Site", pages=SitePages(style="folders", languages=["en", "de"]))

    :param style: `app`: all have one page, `/index.html`. `folders`: `/about/` has
        `/about/index.html`, and `/about` leads there. `files`: `/about` has `/about.html`, and
        `/about/` leads there. Default: `app`.
    :param languages: the first parts of all addresses, such as `en` and `pt-BR`, each with its own
        pages (an app has `/en/index.html`); an address without one leads to the language that the
        browser asks for, or to the first. Default: none.
    :param not_found: the page of addresses that have none, such as `/404.html`, with that status;
        `/index.html` of an app that says itself what it does not know. Default: S3's own words,
        with 403.
    :raises ValueError: if a value is not one of those allowed.
    """

    style: Style = "app"
    languages: Sequence[str] = ()
    not_found: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no browser would reach."""
        if self.style not in get_args(Style):
            raise ValueError(
                f"style must be one of {', '.join(get_args(Style))}, got {self.style!r}"
            )
        for language in self.languages:
            if not LANGUAGE.fullmatch(language):
                raise ValueError(
                    f"languages must be a list of tags such as 'en' or 'pt-BR', got "
                    f"{self.languages!r}"
                )
        if self.not_found is not None and not re.fullmatch(r"/\S+\.\S+", self.not_found):
            raise ValueError(
                f"not_found must be a file's path such as '/404.html', got {self.not_found!r}"
            )

    @property
    def needed(self) -> list[str]:
        """Files that a release has to bring, by their paths in its folder."""
        homes = [f"{language}/index.html" for language in self.languages] or ["index.html"]
        return homes + ([self.not_found.lstrip("/")] if self.not_found else [])


ONE_PAGE = SitePages()


def viewer_request_code(
    pages: SitePages, *, name: str, redirected: Sequence[str], asks_password: bool
) -> str:
    """Return the code of the CloudFront function that looks at each request.

    :param name: the site's own host name.
    :param redirected: host names that lead to it.
    :param asks_password: whether only who has a credential gets in.
    """
    one_page = pages.style == "app" and not pages.languages
    if one_page and not redirected and not asks_password:
        return SPA_FALLBACK.read_text()
    wanted = {"askPassword": asks_password, "toOwnName": bool(redirected), "toPage": True}
    steps = [step for step, is_wanted in wanted.items() if is_wanted]
    settings = {
        "name": name,
        "redirected": list(redirected),
        "style": pages.style,
        "languages": list(pages.languages),
    }
    # Imports come first in a module.
    files = [*(STEPS[step] for step in steps), "answers.js"]
    lines = [(RUNTIME / "site_request" / file).read_text() for file in files]
    lines += [f"var settings = {json.dumps(settings)};", "async function handler(event) {"]
    for step in steps:
        lines += [f"  var {step}Answer = await {step}(event.request);"]
        lines += [f"  if ({step}Answer) return {step}Answer;"]
    return "\n".join((*lines, "  return event.request;", "}", ""))
