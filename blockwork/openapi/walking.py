"""What a route asks of a request and may answer, found in what is written in its functions.

Followed is what a route calls by name: functions and methods of its own and of the runtime kit, not
what is installed. What the kit's functions mean is in `kit`; what remains is plain to see: statuses
of problems, names of query parameters and headers.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any, get_type_hints

from blockwork.runtime.demands import PERMISSION
from blockwork.runtime.http import HTML, Request, Response
from blockwork.runtime.problems import ProblemError

NOTHING = object()
SAFE = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Tuple, ast.BinOp, ast.BitOr, ast.Load,
)  # fmt: skip
"""What may be evaluated: it has no effect."""
NOT_DESCRIBED = {"accept", "authorization", "content-type"}
"""Headers that a parameter cannot be (OpenAPI 3.1, Parameter Object)."""
PLAIN = {"type": "string"}
JSON_TYPE = "application/json"
Schema = dict[str, Any]


@dataclass
class Found:
    """What a route asks and answers.

    :param answers: the statuses of success, each with its headers and media types.
    :param problems: the statuses of failure, each with words about it.
    :param body: the type of the body, None if none is read; `is_closed`: with no other fields.
    :param permissions: which one needs, as the app writes them.
    :param current: what a 412 tells of what is there; None if there is no 412.
    """

    answers: dict[int, set[str]] = field(default_factory=dict)
    problems: dict[int, list[str]] = field(default_factory=dict)
    path: dict[str, Schema] = field(default_factory=dict)
    query: dict[str, Schema] = field(default_factory=dict)
    headers: dict[str, Schema] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    body: object = None
    is_closed: bool = True
    permissions: list[str] = field(default_factory=list)
    current: object = None

    def problem(self, status: int, words: str = "") -> None:
        """Note a failure, with a sentence about it where there is one."""
        known = self.problems.setdefault(status, [])
        if words and words not in known:
            known.append(words)


@dataclass(frozen=True)
class Call:
    """A call that was found, in the function that makes it."""

    node: ast.Call
    place: "Place"

    def argument(self, number: int | None, name: str) -> ast.expr | None:
        """Return what is given for a parameter, by place (None: it has none) or by name."""
        if number is not None and number < len(self.node.args):
            return self.node.args[number]
        return next((each.value for each in self.node.keywords if each.arg == name), None)

    def value(self, number: int | None, name: str) -> object:
        """Return its value; `NOTHING` where it is not given or only known at run time."""
        given = self.argument(number, name)
        return NOTHING if given is None else self.place.value(given)


@dataclass(frozen=True)
class Place:
    """A function whose text is read.

    :param names: what its module knows by name.
    :param types: of its parameters.
    :param owner: the class it is a method of.
    """

    names: dict[str, Any]
    types: Mapping[str, object]
    owner: type | None = None

    def value(self, node: ast.expr) -> object:
        """Return what an expression is, if it is made of names and literals alone."""
        match node:
            case ast.Call(func=ast.Attribute(value=text, attr="lower"), args=[]):
                found = self.value(text)
                return found.lower() if isinstance(found, str) else NOTHING
        if not all(isinstance(each, SAFE) for each in ast.walk(node)):
            return NOTHING
        try:
            return eval(compile(ast.Expression(node), "<read>", "eval"), self.names)
        except Exception:
            return NOTHING

    def type_of(self, node: ast.expr) -> object:
        """Return the class of a parameter by its annotation; `NOTHING` for all else."""
        if not isinstance(node, ast.Name):
            return NOTHING
        if node.id in ("self", "cls") and self.owner is not None:
            return self.owner
        return self.types.get(node.id, NOTHING)

    def called(self, node: ast.expr) -> tuple[object, type | None]:
        """Return what a call calls, and the class it is found in."""
        match node:
            case ast.Attribute(value=of, attr=name):
                owner = self.type_of(of)
                if owner is NOTHING:
                    owner = self.value(of)
                found = (
                    inspect.getattr_static(owner, name, NOTHING) if owner is not NOTHING else owner
                )
                found = getattr(found, "__func__", found)
                return found, owner if isinstance(owner, type) else None
        return self.value(node), None


class Walker:
    """Reads one route.

    :param is_own: whether the text of a file is to be read: the app's own, or the kit's.
    :param kit: what calls of the kit's functions mean.
    """

    def __init__(
        self,
        is_own: Callable[[Path], bool],
        kit: Mapping[object, Callable[[Call, Found], None]],
    ) -> None:
        self._is_own, self._kit = is_own, kit
        self._seen: set[FunctionType] = set()
        self.found = Found()

    def read(self, function: object, owner: type | None = None) -> None:
        """Read a function and what it calls."""
        plain = inspect.unwrap(function) if callable(function) else function
        if not isinstance(plain, FunctionType) or plain in self._seen:
            return
        self._seen.add(plain)
        if not self._is_own(Path(plain.__code__.co_filename)):
            return
        place = Place(plain.__globals__, _hints(plain), owner)
        for node in _nodes(plain):
            self._node(node, place)

    def _node(self, node: ast.AST, place: Place) -> None:
        match node:
            case ast.Call():
                self._call(Call(node, place))
            case ast.Subscript(value=ast.Attribute(value=of, attr="query" | "headers" as where)):
                self._parameter(of, where, node.slice, place, is_required=True)
            case _:
                return

    def _call(self, call: Call) -> None:
        match call.node.func:
            case ast.Attribute(
                value=ast.Attribute(value=of, attr="query" | "headers" as where), attr="get"
            ) if call.node.args:
                self._parameter(of, where, call.node.args[0], call.place)
                return
        target, owner = call.place.called(call.node.func)
        if target is NOTHING:
            return
        if target is Response or owner is Response:
            self._answer(call, target)
        elif isinstance(target, type) and issubclass(target, ProblemError):
            self._problem(call)
        else:
            if (form := getattr(target, PERMISSION, None)) is not None:
                self._permission(call, target, form)
            if (means := _meaning(self._kit, target)) is not None:
                means(call, self.found)
            self.read(target, owner)

    def _parameter(
        self,
        of: ast.expr,
        where: str,
        name: ast.expr,
        place: Place,
        *,
        is_required: bool = False,
    ) -> None:
        said = place.value(name)
        if place.type_of(of) is not Request or not isinstance(said, str):
            return
        if where == "headers":
            said = "-".join(part.capitalize() for part in said.split("-"))
            if said.lower() not in NOT_DESCRIBED:
                self.found.headers.setdefault(said, PLAIN)
        else:
            self.found.query.setdefault(said, PLAIN)
        if is_required:
            self.found.required.add(said)

    def _answer(self, call: Call, target: object) -> None:
        name = getattr(target, "__name__", "")
        known = {"ok": 200, "created": 201, "no_content": 204, "page": 200}
        status = known.get(name, call.value(None, "status") if target is Response else NOTHING)
        if not isinstance(status, int):
            return
        says = self.found.answers.setdefault(status, set())
        if name == "created":
            says.add("Location")
        kind = HTML if name == "page" else call.value(None, "content_type")
        says.add(kind.partition(";")[0] if isinstance(kind, str) else JSON_TYPE)
        if any(each.arg == "version" for each in call.node.keywords):
            says.add("ETag")
        for each in call.node.keywords:
            if each.arg == "headers" and isinstance(each.value, ast.Dict):
                keys = [place for place in each.value.keys if isinstance(place, ast.Constant)]
                says |= {str(key.value).title() for key in keys}

    def _problem(self, call: Call) -> None:
        status = call.value(0, "status")
        if isinstance(status, int):
            self.found.problem(status)

    def _permission(self, call: Call, check: Any, form: str) -> None:  # noqa: ANN401
        names = list(inspect.signature(check).parameters)
        given = {name: call.value(number, name) for number, name in enumerate(names)}
        said = form.format(**{name: "*" if v is NOTHING else v for name, v in given.items()})
        if said not in self.found.permissions:
            self.found.permissions.append(said)


def _meaning(
    kit: Mapping[object, Callable[[Call, Found], None]], target: object
) -> Callable[[Call, Found], None] | None:
    try:
        return kit.get(target)
    except TypeError:  # not hashable, so none of the kit's functions
        return None


@cache
def _nodes(function: FunctionType) -> tuple[ast.AST, ...]:
    try:
        text = textwrap.dedent(inspect.getsource(function))
        return tuple(_inside(ast.parse(text)))
    except (OSError, TypeError, SyntaxError):  # made at run time: there is no text of it
        return ()


def _inside(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield what a function does, without its decorators."""
    for each in tree.body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            each.decorator_list = []
        yield from ast.walk(each)


@cache
def _hints(function: FunctionType) -> Mapping[str, object]:
    try:
        return get_type_hints(function)
    except Exception:
        return {}
