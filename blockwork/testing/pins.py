"""Logical ids of what holds data, pinned: a changed one is another, empty resource."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from blockwork.diff.data_at_risk import STATEFUL
from blockwork.testing.synthesis import SynthesisedApp

PINNED = STATEFUL - {"AWS::Logs::LogGroup"}
"""Logs go with what writes them."""
Pins = dict[str, dict[str, str]]


class PinnedIds:
    """The ids of everything whose loss is loss of data, held against those that were reviewed.

    :param app: all that was synthesised; stacks whose data may go have no pins.
    :param file: where the reviewed ones are: types by logical id by stack.
    :param accept: whether what is new may be written there; what has gone never is.
    """

    def __init__(self, app: SynthesisedApp, file: Path, *, accept: bool) -> None:
        self.app = app
        self.file = file
        self.accept = accept

    @property
    def found(self) -> Pins:
        """What the templates have."""
        return {
            name: ids
            for name, stack in sorted(self.app.stacks.items())
            if stack.keeps_data
            if (ids := {one.id: one.type for one in stack.of_type(*sorted(PINNED))})
        }

    @property
    def pinned(self) -> Pins:
        """What was reviewed."""
        pins: Pins = json.loads(self.file.read_text()) if self.file.is_file() else {}
        return pins

    def check(self) -> None:
        """Fail with what would be replaced, and with what is not pinned yet.

        :raises AssertionError: says how to keep the resource, and how to accept the change.
        """
        __tracebackhide__ = True
        if self.accept:
            self._write()
        problems = [*self._gone(), *self._new()]
        if problems:
            raise AssertionError("\n".join(problems))

    def _write(self) -> None:
        pins = self.pinned
        for stack, ids in self.found.items():
            pins[stack] = {**ids, **pins.get(stack, {})}
        text = json.dumps(pins, indent=2, sort_keys=True) + "\n"
        beside = self.file.with_suffix(f".{os.getpid()}")
        beside.write_text(text)
        beside.replace(self.file)

    def _gone(self) -> Iterator[str]:
        found = self.found
        for stack, ids in self.pinned.items():
            there = found.get(stack, {})
            for id_, kind in ids.items():
                if there.get(id_) == kind:
                    continue
                new = [one for one in there if one not in ids and there[one] == kind]
                comes = (
                    f"an empty {' or '.join(new)} comes in its place" if new else "nothing comes"
                )
                yield (
                    f"{stack}/{id_} ({kind}) holds data and is gone from the template: "
                    f"CloudFormation deletes it or leaves it behind, {comes}. To keep it, give the "
                    f"construct its old path back, or `node.default_child.override_logical_id("
                    f"{id_!r})`. If it is meant, plan for the data, say so in the commit, delete "
                    f"the line from "
                    f"{self.file} and run pytest --pin-ids"
                )

    def _new(self) -> Iterator[str]:
        pinned = self.pinned
        for stack, ids in self.found.items():
            for id_, kind in ids.items():
                if id_ not in pinned.get(stack, {}):
                    yield (
                        f"{stack}/{id_} ({kind}) holds data and is not pinned yet: "
                        f"pytest --pin-ids writes it into {self.file}"
                    )
