"""What a browser shows of unsubscribing. A form without `action` goes where the page came from."""

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto }}
button {{ font: inherit; padding: .6rem 1.2rem }}
</style>
<main>
<h1>{title}</h1>
{content}
</main>
</html>
"""

ASKING = _PAGE.format(
    title="No more newsletters?",
    content="""<p>Press the button, and we send you none any more.</p>
<form method="post">
<input type="hidden" name="List-Unsubscribe" value="One-Click">
<button>Unsubscribe</button>
</form>""",
)
DONE = _PAGE.format(
    title="You are unsubscribed",
    content="<p>We send you no more newsletters. You can subscribe again in your profile.</p>",
)
