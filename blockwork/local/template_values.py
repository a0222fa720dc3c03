"""What a template's values are once it is deployed here, as far as it tells beforehand."""

import re
from collections.abc import Mapping
from typing import Any

from blockwork.local.assembly import Stack

VARIABLE = re.compile(r"\$\{([^!}]+)\}")
MOST_NESTED = 20
"""Conditions that name each other go no deeper in a template that works."""


class TemplateValues:
    """Finds out what is written in one stack.

    :param given: CloudFormation's parameters, by `Stack:Name` or `Name`. Default: none, so that
        those without a default are not known.
    """

    def __init__(self, stack: Stack, given: Mapping[str, str] | None = None) -> None:
        self._stack = stack
        self._given = given or {}

    def text(self, value: object) -> str | None:
        """Return a property's text; None: only the deployment tells."""
        match value:
            case str():
                return value
            case {"Ref": str(name)}:
                return self._named(name)
            case {"Fn::FindInMap": [table, first, second, *_]}:
                found: Any = self._stack.template.get("Mappings") or {}
                for key in map(self.text, (table, first, second)):
                    found = found.get(key) if isinstance(found, dict) else None
                return found if isinstance(found, str) else None
            case {"Fn::Sub": str(text)}:
                parts = {name: self._named(name) for name in VARIABLE.findall(text)}
                if None in parts.values():
                    return None
                return VARIABLE.sub(lambda variable: str(parts[variable[1]]), text)
            case {"Fn::Join": [str(between), [*items]]}:
                texts = [self.text(item) for item in items]
                return None if None in texts else between.join(map(str, texts))
            case {"Fn::If": [str(name), yes, no]}:
                holds = self.condition(name)
                return None if holds is None else self.text(yes if holds else no)
        return None

    def condition(self, name: str) -> bool | None:
        """Tell whether a condition holds; None: only the deployment tells."""
        return self._holds({"Condition": name}, 0)

    def is_made(self, resource: Mapping[str, Any]) -> bool | None:
        """Tell whether a resource is made, as its condition says; None: it may be."""
        name = resource.get("Condition")
        return True if name is None else self.condition(name)

    def _named(self, name: str) -> str | None:
        pseudo = {
            "AWS::AccountId": self._stack.environment.account,
            "AWS::Region": self._stack.environment.region,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": self._stack.name,
        }
        if name in pseudo:
            return pseudo[name]
        parameter = (self._stack.template.get("Parameters") or {}).get(name)
        if parameter is None or self._stack.is_nested:  # its parent gives them
            return None
        default = parameter.get("Default")
        given = self._given.get(f"{self._stack.name}:{name}", self._given.get(name))
        return given if given is not None else None if default is None else str(default)

    def _holds(self, said: object, depth: int) -> bool | None:
        if depth > MOST_NESTED:
            return None
        match said:
            case {"Condition": str(name)}:
                conditions = self._stack.template.get("Conditions") or {}
                return self._holds(conditions.get(name), depth + 1)
            case {"Fn::Equals": [one, other]}:
                first, second = self.text(one), self.text(other)
                return None if None in (first, second) else first == second
            case {"Fn::Not": [one]}:
                holds = self._holds(one, depth + 1)
                return None if holds is None else not holds
            case {"Fn::And": [*several]}:
                known = {self._holds(one, depth + 1) for one in several}
                return False if False in known else None if None in known else True
            case {"Fn::Or": [*several]}:
                known = {self._holds(one, depth + 1) for one in several}
                return True if True in known else None if None in known else False
        return None
