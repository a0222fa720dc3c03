"""Finds which operations of AWS's APIs a repository's code calls, service by service.

Read from the sources: what is called on what `….client("sqs")` returns, under whatever name it is
kept in the file, where AWS's model of the service has the operation. Calls under names that come
from another file are not seen.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

import botocore.session
from botocore import xform_name

Called = dict[tuple[str, str], list[str]]
"""Who calls an operation, by service and operation."""
MAKES_CLIENTS = ("client", "client_of", "local_client")
PAGES = ("get_paginator", "get_waiter")


def called_by(folders: Mapping[str, Iterable[Path]]) -> Called:
    """Return which operations the Python files in these folders call.

    :param folders: by what a reader calls who calls.
    """
    found: Called = {}
    for name, each in folders.items():
        files = [file for folder in each for file in sorted(folder.rglob("*.py"))]
        calls = {call for file in files for call in calls_in(file.read_text())}
        for call in calls:
            found.setdefault(call, []).append(name)
    return found


def calls_in(source: str) -> Iterator[tuple[str, str]]:
    """Yield service and operation of each call in a module."""
    tree = ast.parse(source)
    kept: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        for name, value in _named(node):
            if service := _service(value):
                kept.setdefault(name, set()).add(service)
    made_here = {service for node in ast.walk(tree) if (service := _service(node))}
    if "TableAdapter" in source:  # of the runtime kit, which makes it
        made_here.add("dynamodb")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = node.func.value
            asked = node.func.attr
            handed = made_here if _name(receiver).lstrip("_") == "client" else set()
            if asked in PAGES and node.args and isinstance(node.args[0], ast.Constant):
                asked = str(node.args[0].value)
            made = _service(receiver)
            for service in {made} if made else kept.get(_name(receiver), handed):
                if operation := _operations(service).get(asked):
                    yield service, operation


def _named(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a value gets by a statement: a variable's, or that of its function."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                yield from zip(map(_name, target.elts), node.value.elts, strict=False)
            yield _name(target), node.value
    elif isinstance(node, ast.FunctionDef):
        for each in ast.walk(node):
            if isinstance(each, ast.Return) and each.value:
                yield node.name, each.value


def _name(node: ast.expr) -> str:
    """Return the last name of `queue`, `self.queue` or `self.queue()`."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    return getattr(node, "attr", getattr(node, "id", ""))


def _service(node: ast.AST) -> str | None:
    """Return the service whose client an expression makes."""
    if not (isinstance(node, ast.Call) and _name(node.func).lstrip("_") in MAKES_CLIENTS):
        return None
    words = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return next((word for word in words if word in _services()), None)


@cache
def _services() -> frozenset[str]:
    return frozenset(botocore.session.get_session().get_available_services())


@cache
def _operations(service: str) -> dict[str, str]:
    """Return AWS's names of a service's operations by those that Python calls."""
    model = botocore.session.get_session().get_service_model(service)
    return {xform_name(name): name for name in model.operation_names}
