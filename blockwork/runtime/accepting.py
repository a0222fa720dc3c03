"""Which kind of answer a caller would rather have (RFC 9110, section 12.5.1)."""

PAGE = ("text/html", "text/*")
JSON = ("application/json", "application/problem+json", "application/*")
ANYTHING = ("*/*",)


def prefers_page(accept: str) -> bool:
    """Tell whether somebody looks at the answer: a browser that follows a link names pages first.

    Who takes anything, or says nothing, is a program.

    :param accept: the header's value; what cannot be read in it counts for nothing.
    """
    rated = dict(map(_rated, accept.lower().split(",")))
    page, json, anything = (
        max((rated[kind] for kind in kinds if kind in rated), default=0.0)
        for kinds in (PAGE, JSON, ANYTHING)
    )
    return page > json and page >= anything


def _rated(entry: str) -> tuple[str, float]:
    kind, *parameters = (part.strip() for part in entry.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return kind, float(weight)
    except ValueError:
        return kind, 0.0
