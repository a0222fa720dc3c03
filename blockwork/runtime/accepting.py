"""Which kind of answer a caller would rather have (RFC 9110, section 12.5.1)."""

JSON = ("application/json", "application/problem+json", "application/*")
ANYTHING = ("*/*",)


def prefers_page(accept: str) -> bool:
    """Tell whether somebody looks at the answer: a browser that follows a link names pages first.

    Who takes anything, or says nothing, is a program.

    :param accept: the header's value; what cannot be read in it counts for nothing.
    """
    return prefers("text/html", accept)


def prefers(kind: str, accept: str) -> bool:
    """Tell whether a caller would rather have this kind of answer than JSON.

    ::

        if prefers("text/csv", request.headers.get("accept", "")): …

    Who takes anything, or says nothing, gets JSON.

    :param kind: a media type such as `text/csv`.
    :param accept: the header's value; what cannot be read in it counts for nothing.
    """
    rated = dict(map(_rated, accept.lower().split(",")))
    wanted, json, anything = (
        max((rated[each] for each in kinds if each in rated), default=0.0)
        for kinds in ((kind, f"{kind.partition('/')[0]}/*"), JSON, ANYTHING)
    )
    return wanted > json and wanted >= anything


def _rated(entry: str) -> tuple[str, float]:
    kind, *parameters = (part.strip() for part in entry.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    try:
        return kind, float(weight)
    except ValueError:
        return kind, 0.0
