"""What a browser shows of unsubscribing, in the website's looks (`site/src/styles/tokens.css`).

A form without `action` goes where the page came from.
"""

from html import escape

from blockwork.runtime.problems import ProblemError

_PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title} · Blockwork Energy</title>
<style>
:root {{
  color-scheme: light dark;
  --ground: #f4f7f5; --surface: #fff; --text: #15292a; --muted: #4a5f60; --line: #d3ddd9;
  --brand: #0b5f58; --brand-hover: #084a45; --on-brand: #fff;
}}
@media (prefers-color-scheme: dark) {{
  :root {{
    --ground: #0c1617; --surface: #142224; --text: #e7f0ee; --muted: #a6b9b7; --line: #2a3c3e;
    --brand: #7fd9bd; --brand-hover: #a3e8d2; --on-brand: #05241f;
  }}
}}
body {{
  margin: 0; background: var(--ground); color: var(--text);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}}
header {{ border-bottom: 1px solid var(--line); background: var(--surface); }}
header a {{
  display: block; max-width: 72rem; margin-inline: auto; padding: 1.2rem 1.25rem;
  color: var(--text); font-weight: 700; text-decoration: none;
}}
main {{
  max-width: 34rem; margin: 2rem auto; padding: clamp(1.25rem, 4vw, 2rem);
  border: 1px solid var(--line); border-radius: .875rem; background: var(--surface);
}}
h1 {{ margin: 0; font-size: clamp(1.6rem, 1.2rem + 2vw, 2.25rem); line-height: 1.2; }}
main a {{ color: var(--brand); }}
button {{
  min-height: 2.75rem; padding: .5rem 1.25rem; border: 0; border-radius: .5rem;
  background: var(--brand); color: var(--on-brand); font: inherit; font-weight: 600;
  cursor: pointer;
}}
button:hover {{ background: var(--brand-hover); }}
:focus-visible {{ outline: 3px solid var(--brand); outline-offset: 2px; }}
</style>
</head>
<body>
<header><a href="{site}/">Blockwork Energy</a></header>
<main>
<h1>{title}</h1>
{content}
</main>
</body>
</html>
"""


def asking(site_url: str) -> str:
    """Return the page with the button."""
    return _page(
        site_url,
        title="No more newsletters?",
        content="""<p>Press the button, and we send you none any more.</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button type="submit">Unsubscribe</button>
</form>""",
    )


def done(site_url: str) -> str:
    """Return the page behind it."""
    return _page(
        site_url,
        title="You are unsubscribed",
        content="<p>We send you no more newsletters. You can subscribe again in"
        f' <a href="{escape(site_url)}/account">your account</a>.</p>',
    )


def failed(site_url: str, problem: ProblemError, reference: str) -> str:
    """Return the page of a link that does not work, or did not this time."""
    site = escape(site_url)
    if problem.status < 500:
        return _page(
            site_url,
            title="This link does not work",
            content="<p>A part of it may be missing: take the whole link, which is the mail's last"
            " line. Or sign in, and end the newsletter in"
            f' <a href="{site}/account">your account</a>.</p>',
        )
    said = escape(reference)
    return _page(
        site_url,
        title="Something went wrong",
        content="<p>Please try again in a moment. If it goes on,"
        f' <a href="{site}/contact?reference={said}">get help</a>.</p>'
        f"<p>Reference: <code>{said}</code></p>",
    )


def _page(site_url: str, *, title: str, content: str) -> str:
    return _PAGE.format(title=title, content=content, site=escape(site_url))
