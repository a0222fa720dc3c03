"""Make an app, or add something to one that has the layout."""

import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from blockwork.new.insertion import add_import, append, insert
from blockwork.new.layout import Layout
from blockwork.new.names import (
    WITH_BODY,
    NewError,
    app_name,
    camel,
    class_name,
    handler_name,
    module_name,
    read_route,
    snake,
    words_of,
)
from blockwork.new.outcome import Outcome
from blockwork.new.rendering import render

LIBRARY = "blockwork-cdk"
CDK_CLI = "2.1148.1"
"""The CDK's command line that apps are deployed with, see `package.json`."""
SERVICES, ROUTES = "# blockwork new service:", "# blockwork new route:"
ENVELOPE = "blockwork.runtime.envelope"


def library_version() -> str:
    """Return the version of this library, which new apps are pinned to: as installed, or here."""
    try:
        return version(LIBRARY)
    except PackageNotFoundError:
        file = Path(__file__).parents[2] / "pyproject.toml"
        return str(tomllib.loads(file.read_text("utf-8"))["project"]["version"])


def new_app(
    folder: Path, *, service: str = "orders", thing: str | None = None, force: bool = False
) -> Outcome:
    """Make a complete app with its first microservice.

    :param folder: where it goes; its name is the app's.
    :param service: the first microservice.
    :param thing: what one of its items is called. Default: the service's name in the singular.
    :raises NewError: if a name cannot be used, or files are there already.
    """
    name = app_name(folder.name)
    words = words_of(service, thing)
    values = {
        **words,
        "name": name,
        "App": camel(name),
        "title": name.replace("-", " ").capitalize(),
        "version": library_version(),
        "cdk_cli": CDK_CLI,
    }
    folder.mkdir(parents=True, exist_ok=True)
    outcome = Outcome(root=folder)
    outcome.write({**render("app", values), **guide()}, force=force)
    return _add_service(Layout.of(folder), words, outcome, force=force)


def guide() -> dict[Path, str]:
    """Return what this version of the library says to coding assistants: AGENTS.md."""
    return {Path("AGENTS.md"): (Path(__file__).parent / "guide" / "AGENTS.md").read_text("utf-8")}


def new_guide(layout: Layout, *, force: bool = False) -> Outcome:
    """Write AGENTS.md as this version of the library has it.

    :raises NewError: if the app has another one, and it is not meant.
    """
    outcome = Outcome(root=layout.root)
    outcome.write(guide(), force=force)
    return outcome


def new_service(
    layout: Layout, name: str, *, thing: str | None = None, force: bool = False
) -> Outcome:
    """Add a microservice: a table behind an API, an event, what happens once it is told of.

    :raises NewError: as :func:`new_app`.
    """
    outcome = Outcome(root=layout.root)
    return _add_service(layout, words_of(name, thing), outcome, force=force)


def _add_service(
    layout: Layout, words: dict[str, str], outcome: Outcome, *, force: bool
) -> Outcome:
    service, stack = words["service"], f"{words['Service']}Stack"
    values = {**words, "app": layout.name, "source": layout.source.as_posix()}
    outcome.write(render("service", values), force=force)
    created = f"{words['Thing']}Created"
    _add_event(layout, created, service, words["thing"], f"{words['A_word']} was made.", outcome)
    line = f'{stack}(app, "{words["Service"]}", stage=stage, foundation=foundation)\n'
    outcome.change(
        Path("app.py"),
        lambda text: add_import(
            insert(text, anchor=SERVICES, lines=line, needs=["app", "stage", "foundation"]),
            f"stacks.{service}",
            stack,
        ),
        by_hand=line,
        importing=f"from stacks.{service} import {stack}",
    )
    return outcome


def new_route(
    layout: Layout,
    key: str,
    *,
    service: str | None = None,
    name: str | None = None,
    public: bool = False,
    force: bool = False,
) -> Outcome:
    """Add a route with its function, its handler and a test to a microservice.

    :param key: method and path, such as `POST /orders`.
    :param service: whose route it is. Default: the only one's.
    :param name: of the handler's module. Default: made of method and path.
    :param public: whether everybody may call it. Default: who is signed in.
    :raises NewError: as :func:`new_app`, or if the service has such a route.
    """
    method, _, parameters = read_route(key)
    service = layout.service(service)
    handler = module_name(name or handler_name(key), "a handler's name (--name)")
    stack = Path("stacks") / f"{service}.py"
    values = {
        "service": service,
        "source": layout.source.as_posix(),
        "key": key,
        "handler": handler,
        "Handler": camel(handler),
        "has_body": method in WITH_BODY,
        "parameters": parameters,
    }
    who = "PUBLIC" if public else "signed_in"
    call = f'api.route("{key}", {handler}, authorizer={who})'
    there = (layout.root / stack).read_text("utf-8") if (layout.root / stack).is_file() else ""
    if f'"{key}"' in there and call not in there:
        raise NewError(f"{layout.root / stack} has the route {key!r} already")
    outcome = Outcome(root=layout.root)
    outcome.write(render("route", values), force=force)
    lines = (
        f"{handler} = PythonFunction(\n"
        f'    self, "{camel(handler)}", service=service, entry="handlers.{handler}"\n'
        f")\n{call}\n\n"
    )
    needs = ["api", "service", "PythonFunction", *([] if public else ["signed_in"])]
    outcome.change(
        stack,
        lambda text: _with_public(
            insert(text, anchor=ROUTES, lines=lines, needs=needs), public=public
        ),
        by_hand=lines,
        importing="from constructs_lib.blocks import PUBLIC" if public else "",
    )
    if public:
        line = f'"{key}",\n'
        outcome.change(
            Path("tests") / "test_templates.py",
            lambda text: insert(text, anchor=ROUTES, lines=line),
            by_hand=line,
        )
    outcome.next.append(f"say in {stack} what {handler} may do, by the let_… of what it works with")
    return outcome


def _with_public(text: str, *, public: bool) -> str:
    return add_import(text, "constructs_lib.blocks", "PUBLIC") if public else text


def new_event(layout: Layout, name: str, *, service: str | None = None) -> Outcome:
    """Add an event: its class, and, once it is synthesised, its schema.

    :param name: a fact in the past tense, such as `OrderPlaced`.
    :param service: who tells of it. Default: the only one.
    :raises NewError: as :func:`new_app`, or if there is an event of that name.
    """
    class_name(name, "an event's name", "OrderPlaced")
    service = layout.service(service)
    outcome = Outcome(root=layout.root)
    thing = snake(name).split("_")[0]
    _add_event(layout, name, service, thing, "What has happened, in a sentence.", outcome)
    outcome.next += [
        f"write what it says into {layout.events}, and describe it",
        f'bus.let_publish(function, source="{layout.name}.{service}") lets a function tell of it',
    ]
    return outcome


def _add_event(
    layout: Layout, name: str, service: str, thing: str, says: str, outcome: Outcome
) -> None:
    lines = (
        f"class {name}(Event, frozen=True, kw_only=True):\n"
        f'    """{says}"""\n\n'
        f'    SOURCE: ClassVar[str] = "{layout.name}.{service}"\n'
        f"    VERSION: ClassVar[int] = 1\n\n"
        f"    {thing}_id: Id\n"
    )
    imports = f"from typing import ClassVar\nfrom {ENVELOPE} import Event, Id"

    def added(text: str) -> str:
        new = append(text, lines)
        if new == text:
            return text
        return add_import(add_import(new, "typing", "ClassVar"), ENVELOPE, "Event", "Id")

    outcome.change(layout.events, added, by_hand=lines, importing=imports)


def new_block(layout: Layout, name: str, *, force: bool = False) -> Outcome:
    """Add a block of the app's own, and its test.

    :param name: of its class, such as `OrderArchive`.
    :raises NewError: as :func:`new_app`.
    """
    class_name(name, "a block's name", "OrderArchive")
    block = snake(name)
    outcome = Outcome(root=layout.root)
    values = {"block": block, "Block": name, "BLOCK": block.upper()}
    outcome.write(render("block", values), force=force)
    outcome.next.append(f"from blocks.{block} import {name}  # in the stacks that need it")
    return outcome
