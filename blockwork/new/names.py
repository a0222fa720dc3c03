"""What may be called what, and which forms of a name the templates need."""

import builtins
import keyword
import re
import sys

LONGEST = 24
"""Characters of a name that lines and logical ids still have room for."""
TAKEN = {
    *("app", "blocks", "docs", "scripts", "shared", "stacks", "tests", "try_it"),
    *("aws_cdk", "blockwork", "boto3", "botocore", "constructs", "constructs_lib"),
    *("aws_lambda_powertools", "jinja2", "jmespath", "moto", "msgspec", "pytest", "urllib3"),
    # What the generated code calls something else.
    *("alarms", "api", "created", "event", "events", "failures", "foundation", "handler"),
    *("handlers", "domain", "adapters", "name", "names", "once", "replace", "request", "scope"),
    *("service", "services", "signed_in", "stage", "stages", "view"),
}
METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
ROUTE = re.compile(rf"({'|'.join(METHODS)}) ((?:/[A-Za-z0-9._~-]+|/\{{[A-Za-z]\w*\}})+)")
WITH_BODY = ("PATCH", "POST", "PUT")
VERBS = {"DELETE": "delete", "GET": "get", "PATCH": "change", "POST": "create", "PUT": "replace"}


class NewError(ValueError):
    """Something cannot be made; the message says why, and what can."""


def module_name(text: str, what: str) -> str:
    """Return a name that Python can import and the generated code leaves free.

    :param what: it is, for the error.
    :raises NewError: if it is none, or taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text) or text.endswith("_") or "__" in text:
        raise NewError(
            f"{what} must be lower-case words joined by _, such as 'orders' or 'gift_cards', "
            f"got {text!r}"
        )
    if len(text) > LONGEST:
        raise NewError(f"{what} must have {LONGEST} characters at most, got {len(text)}: {text!r}")
    if keyword.iskeyword(text) or keyword.issoftkeyword(text) or text in dir(builtins):
        raise NewError(f"{what} must be no word of Python's own, got {text!r}")
    if text in sys.stdlib_module_names:
        raise NewError(
            f"{what} must hide none of Python's own modules, got {text!r}: code comes first on "
            "Lambda's import path, so every import of it would find yours"
        )
    if text in TAKEN:
        raise NewError(f"{what} must be no name that the app has already, got {text!r}")
    return text


def class_name(text: str, what: str, example: str) -> str:
    """Return a name for a class.

    :raises NewError: if it is none.
    """
    if not re.fullmatch(r"[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]+)*", text):
        raise NewError(
            f"{what} must be capitalised words without anything between, such as {example!r}, "
            f"got {text!r}"
        )
    module_name(snake(text), what)
    return text


def app_name(text: str) -> str:
    """Return what an app may be called: its folder, its project, the begin of its events' sources.

    :raises NewError: if it is none.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", text) or len(text) > LONGEST:
        raise NewError(
            f"an app's name must be lower-case words joined by -, {LONGEST} characters at most, "
            f"such as 'shop' or 'back-office', got {text!r}"
        )
    return text


def snake(camel: str) -> str:
    """Return the words of a class's name, joined by _."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel).lower()


def camel(text: str) -> str:
    """Return the name of a class made of words."""
    return "".join(word.capitalize() for word in re.split(r"[_-]", text))


def singular(text: str) -> str:
    """Return what one of several is called, as far as its letters tell."""
    if text.endswith("ies") and len(text) > 4:
        return f"{text[:-3]}y"
    if text.endswith(("sses", "xes", "ches", "shes")):
        return text[:-2]
    return text[:-1] if text.endswith("s") and not text.endswith(("ss", "us")) else text


def plural(text: str) -> str:
    """Return what several are called."""
    if text.endswith("y") and text[-2:-1] not in "aeiou":
        return f"{text[:-1]}ies"
    return f"{text}es" if text.endswith(("s", "x", "ch", "sh")) else f"{text}s"


def words_of(service: str, thing: str | None) -> dict[str, str]:
    """Return the forms of a microservice's name, and of what it keeps, that templates write.

    :param thing: what one of its items is called. Default: the service's name in the singular.
    :raises NewError: if a name cannot be used.
    """
    module_name(service, "a service's name")
    one = module_name(thing or singular(service), "what a service keeps (--thing)")
    many = plural(one)
    word = one.replace("_", " ")
    article = "an" if word[0] in "aeiou" else "a"
    return {
        "service": service,
        "Service": camel(service),
        "thing": one,
        "Thing": camel(one),
        "things": many,
        "Things": camel(many),
        "THINGS": many.upper(),
        "TableId": camel(many),
        "path": many.replace("_", "-"),
        "word": word,
        "words": many.replace("_", " "),
        "a_word": f"{article} {word}",
        "A_word": f"{article.capitalize()} {word}",
    }


def read_route(key: str) -> tuple[str, str, list[str]]:
    """Return method, path and the path's parameters of a route such as `PUT /orders/{orderId}`.

    :raises NewError: if it is none that a template can be made for.
    """
    match = ROUTE.fullmatch(key)
    if not match:
        raise NewError(
            f"a route must be one of {', '.join(METHODS)}, a space and a path, such as "
            f"'POST /orders' or 'GET /orders/{{orderId}}', got {key!r}"
        )
    return match[1], match[2], re.findall(r"\{(\w+)\}", match[2])


def handler_name(key: str) -> str:
    """Return what the module of a route is called: `create_order` for `POST /orders`."""
    method, path, _ = read_route(key)
    parts = path.strip("/").split("/")
    named = [part for part in parts if not part.startswith("{")] or ["root"]
    word = re.sub(r"\W+", "_", named[-1]).lower()
    if method == "GET" and not parts[-1].startswith("{"):
        return f"list_{word}"
    return f"{VERBS[method]}_{singular(word)}"
