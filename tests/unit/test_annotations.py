"""No annotation means something else once Python reads annotations late, as 3.14 does.

Since 3.14 (PEP 649) an annotation in a class is evaluated when somebody asks for it, in the
finished class: `date: date` may then find the field, not the type.
"""

import ast
import builtins
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def shadowed(source: str) -> list[str]:
    """Return `line: Class.name` of each annotation whose names the class gives another meaning."""
    return [f"{line}: {name}" for line, name in _shadowed(ast.parse(source), set(dir(builtins)))]


def _shadowed(scope: Scope, outside: set[str]) -> Iterator[tuple[int, str]]:
    nodes = list(_statements(scope))
    own = _bound(nodes)
    if isinstance(scope, ast.ClassDef):
        for annotation in _annotations(nodes):
            for name in sorted(_names(annotation) & own & outside):
                yield annotation.lineno, f"{scope.name}.{name}"
    else:
        outside = outside | own
    for inner in nodes:
        if isinstance(inner, Scope):
            yield from _shadowed(inner, outside)


def _bound(nodes: list[ast.AST]) -> set[str]:
    """Return the names that a scope itself binds, fields without a value included."""
    found: set[str] = set()
    for node in nodes:
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                found.add(name)
            case ast.AsyncFunctionDef(name=name):
                found.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
    return found


def _statements(scope: Scope) -> Iterator[ast.AST]:
    """Yield all nodes of a scope's body, those inside its functions and classes left out."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Scope):
            waiting.extend(ast.iter_child_nodes(node))


def _annotations(nodes: list[ast.AST]) -> Iterator[ast.expr]:
    """Yield what a class says of its fields and of its methods' arguments and results."""
    for node in nodes:
        match node:
            case ast.AnnAssign(annotation=annotation):
                yield annotation
            case (
                ast.FunctionDef(args=args, returns=returns)
                | ast.AsyncFunctionDef(args=args, returns=returns)
            ):
                yield from (
                    each.annotation
                    for each in ast.walk(args)
                    if isinstance(each, ast.arg) and each.annotation
                )
                if returns:
                    yield returns


def _names(annotation: ast.expr) -> set[str]:
    """Return the names in an annotation, quoted ones included, the words of `Literal` left out."""
    found: set[str] = set()
    waiting: list[ast.AST] = [annotation]
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Name(id=name):
                found.add(name)
            case ast.Constant(value=str(text)):
                waiting.append(ast.parse(text, mode="eval").body)
            case ast.Subscript(value=ast.Name(id="Literal") | ast.Attribute(attr="Literal")):
                pass
            case ast.Call():  # in `Annotated`: what else is known of the type
                pass
            case _:
                waiting.extend(ast.iter_child_nodes(node))
    return found


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.splitlines()]


@pytest.mark.parametrize(
    "field", ["date: date", "date: 'date | None' = None", "at: Annotated[date, 1]\n    date: int"]
)
def test_a_field_that_hides_its_type_is_found(field: str) -> None:
    imports = "from datetime import date\nfrom typing import Annotated\n"

    (found,) = shadowed(f"{imports}class Day:\n    {field}\n")

    assert found == "4: Day.date"


def test_so_is_a_method_that_hides_the_type_of_another() -> None:
    source = "class Bag:\n    def set(self): ...\n    def all(self) -> set[int]: ...\n"

    assert shadowed(source) == ["3: Bag.set"]


@pytest.mark.parametrize(
    "body",
    [
        "class Kind: ...\n    kind: Kind",
        "date: Literal['date']",
        "date: Annotated[str, Meta('date', title='a: date')]",
        "def date(self): date: int = 1",
    ],
)
def test_what_means_the_same_late_as_early_is_fine(body: str) -> None:
    assert shadowed(f"from datetime import date\nclass Day:\n    {body}\n") == []


def test_nowhere_does_a_class_hide_the_type_that_it_names() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{where}"
        for file in python_files()
        for where in shadowed(file.read_text(encoding="utf-8"))
    ]

    assert not found, "rename the field, or import the type by another name"
