"""Which environment variables a module reads, found in what is written in it."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ASKED_BY = {"get", "pop", "setdefault"}


@dataclass(frozen=True, kw_only=True)
class Variables:
    """What a module reads of the environment.

    :param needed: read by `os.environ["NAME"]`, which fails without.
    :param asked: read by `os.environ.get("NAME")`, `os.getenv` or `in`, which do not.
    :param unclear: lines that read variables whose names are made at run time.
    """

    needed: frozenset[str]
    asked: frozenset[str]
    unclear: frozenset[int]


@cache
def variables_in(file: Path) -> Variables:
    """Return what a file reads; a name may be a constant of the same file."""
    tree = ast.parse(file.read_bytes(), filename=str(file))
    reader = _Reader(tree)
    reader.visit(tree)
    return Variables(
        needed=frozenset(reader.needed - reader.tested),
        asked=frozenset(reader.asked | reader.tested),
        unclear=frozenset(reader.unclear),
    )


class _Reader(ast.NodeVisitor):
    def __init__(self, tree: ast.Module) -> None:
        self.needed, self.asked, self.tested = set[str](), set[str](), set[str]()
        self.unclear = set[int]()
        self.constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name) and isinstance(node.value.value, str)
        }
        self.names: dict[str, str] = {}

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        if node.module == "os":
            self.names |= {alias.asname or alias.name: alias.name for alias in node.names}

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not self._is(node.value, "environ"):
            self.generic_visit(node)
            return
        if isinstance(node.ctx, ast.Load):
            self._note(node.slice, self.needed)
        self.visit(node.slice)

    def visit_Call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Attribute(value=owner, attr=asks) if (
                self._is(owner, "environ") and asks in ASKED_BY and node.args
            ):
                self._note(node.args[0], self.asked)
            case function if self._is(function, "getenv") and node.args:
                self._note(node.args[0], self.asked)
            case function:
                self.visit(function)
        for part in (*node.args, *node.keywords):
            self.visit(part)

    def visit_Compare(self, node: ast.Compare) -> None:
        match node:
            case ast.Compare(left=name, ops=[ast.In() | ast.NotIn()], comparators=[within]) if (
                self._is(within, "environ")
            ):
                self._note(name, self.tested)
            case _:
                self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._is(node, "environ"):
            self.unclear.add(node.lineno)  # handed on whole
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        if self._is(node, "environ"):
            self.unclear.add(node.lineno)

    def _is(self, node: ast.AST, what: str) -> bool:
        match node:
            case ast.Attribute(value=ast.Name(id="os"), attr=name):
                return name == what
            case ast.Name(id=name):
                return self.names.get(name) == what
        return False

    def _note(self, node: ast.AST, into: set[str]) -> None:
        match node:
            case ast.Constant(value=str(name)):
                into.add(name)
            case ast.Name(id=name) if name in self.constants:
                into.add(self.constants[name])
            case _:
                self.unclear.add(getattr(node, "lineno", 0))
