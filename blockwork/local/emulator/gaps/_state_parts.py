"""The services' state, taken to pieces: what a save has to write, and a state put together again.

A service's state is a few stores by name. A store is mostly a dict whose entries are what the
service has: a table, a queue, a log group. An entry is one piece. What only ever grows, such as the
lines of a log, is cut into chunks, of which all but the last are known already: a save costs what
is new, not what there is.
"""

import io
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

State = dict[str, Any]
Place = tuple[str, str, str]
"""Store, entry, piece; empty text for what is of the whole store, or of the whole entry."""

CHUNK = 256  # records
END = "\x00"  # of a list's name within its entry
SCOPED = (AccountScopedDict, AccountRegionScopedDict)
PLAIN = {
    "builtins": {"bytearray", "dict", "float", "frozenset", "int", "list", "set", "str"},
    "collections": {"OrderedDict", "defaultdict", "deque"},
}


@dataclass(frozen=True, kw_only=True)
class Growing:
    """A store whose entries hold lists that are only added to, of records that never change.

    :param lists: an entry's lists by name, each as what holds it.
    :param key: where a holder has its list.
    :param rest: the entry without its lists.
    :param put: puts a list, with what else its holder had, back into the rest; returns the entry.
    :param settled: returns what tells that an entry is as it was; None while it may change.
    """

    lists: Callable[[Any], Mapping[str, Any]]
    key: Any
    rest: Callable[[Any], Any]
    put: Callable[[Any, str, State, list[Any]], Any]
    settled: Callable[[Any], Any] = lambda _entry: None


def _put_stream(group: Any, name: str, stream: State, events: list[Any]) -> Any:
    group["streams"][name] = {"events": events, **stream}
    return group


def _end_of(execution: Any) -> Any:
    """Return how and when an execution has ended; None before it has, and that is told."""
    is_over = execution["status"] != "RUNNING" and "announced" not in execution
    return (execution["status"], execution["stopDate"]) if is_over else None


WHOLE = Growing(
    lists=lambda entry: {"": [entry]},
    key=0,
    rest=lambda _entry: None,
    put=lambda _rest, _name, _head, records: records,
)
GROWING = {
    ("cloudwatch", "metrics"): WHOLE,
    ("dynamodb", "stream_records"): WHOLE,
    ("eventbridge", "archives"): Growing(
        lists=lambda archive: {"": archive},
        key="Events",
        rest=lambda archive: _without("Events", archive),
        put=lambda archive, _name, _head, events: {**archive, "Events": events},
    ),
    ("stepfunctions", "executions"): Growing(
        lists=lambda execution: {"": {"events": execution["events"]}},
        key="events",
        rest=lambda execution: _without("events", execution),
        put=lambda execution, _name, _head, events: {**execution, "events": events},
        settled=lambda execution: _end_of(execution),
    ),
    ("cloudwatch_logs", "log_groups"): Growing(
        lists=lambda group: group["streams"],
        key="events",
        rest=lambda group: {**group, "streams": {}},
        put=_put_stream,
    ),
}
NEVER_CHANGED = {("cloudwatch_logs", "log_records")}
"""Stores to which entries are added, and from which they are taken, but never altered."""


@dataclass
class Changes:
    """What differs from the last time.

    :param pieces: what may have changed; None for what is gone.
    :param entries: entries of a store that are gone, with all their pieces.
    """

    pieces: dict[Place, bytes | None] = field(default_factory=dict)
    entries: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Known:
    """What was there the last time: entries, how long their lists were, and which had settled."""

    entries: dict[str, set[Any]] = field(default_factory=dict)
    lists: dict[tuple[str, Any], dict[str, tuple[int, Any]]] = field(default_factory=dict)
    settled: dict[tuple[str, Any], Any] = field(default_factory=dict)


class Pieces:
    """Takes one service's state to pieces, again and again."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._known = _Known()

    def changes(self, state: State) -> Changes:
        """Return what may have changed since the last call: all of it the first time."""
        changes = Changes()
        for store, content in state.items():
            self._store(store, content, changes)
        return changes

    def _store(self, store: str, content: Any, changes: Changes) -> None:
        if not isinstance(content, (dict, *SCOPED)):
            changes.pieces[store, "", ""] = pickle.dumps(content, 5)
            return
        entries = content._data if isinstance(content, SCOPED) else content
        known = self._known.entries.get(store)
        if known is None:
            changes.pieces[store, "", ""] = pickle.dumps(type(content)(), 5)
            known = self._known.entries[store] = set()
        # Threads of handlers can add an entry at any time.
        keys = list(entries)
        # What is new comes behind what is known, so that nobody needs to look at all of them.
        new = list(takewhile(lambda key: key not in known, reversed(keys)))[::-1]
        known.update(new)
        if len(known) > len(keys):
            for gone in known.difference(keys):
                known.remove(gone)
                changes.entries.append((store, repr(gone)))
                self._known.lists.pop((store, gone), None)
                self._known.settled.pop((store, gone), None)
        growing = GROWING.get((self.service, store))
        for key in new if (self.service, store) in NEVER_CHANGED else keys:
            settled = growing.settled(entries[key]) if growing else None
            if settled is not None and settled == self._known.settled.get((store, key)):
                continue
            self._known.settled[store, key] = settled
            entry = growing.rest(entries[key]) if growing else entries[key]
            changes.pieces[store, repr(key), ""] = pickle.dumps((key, entry), 5)
            if growing:
                marks = self._known.lists.setdefault((store, key), {})
                pieces = _grown(growing, growing.lists(entries[key]), marks)
                changes.pieces.update({(store, repr(key), name): made for name, made in pieces})


def _grown(
    growing: Growing, lists: Mapping[str, Any], marks: dict[str, tuple[int, Any]]
) -> Iterator[tuple[str, bytes | None]]:
    """Return what is new of an entry's lists, and note how far they are known."""
    key = growing.key
    for name, holder in list(lists.items()):
        # An archive has no list before its first event, and a thread may be making an entry now.
        records = holder.get(key, ()) if isinstance(holder, dict) else holder[key]
        length, last = marks.get(name, (-1, None))
        if len(records) == length and (not length or records[-1] is last):
            continue
        records = list(records)
        if length > 0 and (len(records) < length or records[length - 1] is not last):
            # Not only added to: all of it, and nothing of what was behind its new end.
            yield from ((_chunk(name, n), None) for n in range(0, length, CHUNK))
            length = 0
        yield name + END, pickle.dumps((name, _without(key, holder)), 5)
        for start in range(max(length, 0) // CHUNK * CHUNK, len(records), CHUNK):
            yield _chunk(name, start), pickle.dumps(records[start : start + CHUNK], 5)
        marks[name] = (len(records), records[-1] if records else None)
    if len(marks) > len(lists):
        for name in marks.keys() - lists.keys():
            length, _ = marks.pop(name)
            yield name + END, None
            yield from ((_chunk(name, n), None) for n in range(0, length, CHUNK))


def _chunk(name: str, start: int) -> str:
    return f"{name}{END}{start:012}"


def _without(key: Any, holder: Any) -> State:
    return {k: v for k, v in holder.items() if k != key} if isinstance(holder, dict) else {}


def put_together(service: str, pieces: Iterable[tuple[Place, bytes]]) -> State:
    """Return the state of a service that was taken to pieces.

    :param pieces: all of them, in the order in which they were first written.
    :raises pickle.UnpicklingError: if they hold what no state is made of.
    """
    state: State = {}
    entries: dict[tuple[str, str], tuple[Any, Any]] = {}
    heads: dict[Place, State] = {}
    chunks: dict[Place, dict[str, list[Any]]] = {}
    for (store, entry, piece), content in pieces:
        value = _Unpickler.loads(content)
        if not entry:
            state[store] = value
        elif not piece:
            entries[store, entry] = value
        else:
            name, _, start = piece.partition(END)
            if start:
                chunks.setdefault((store, entry, name), {})[start] = value
            else:
                heads[store, entry, name] = value[1]
    for (store, entry, name), head in heads.items():
        key, rest = entries[store, entry]
        found = chunks.get((store, entry, name), {})
        records = [record for start in sorted(found) for record in found[start]]
        entries[store, entry] = key, GROWING[service, store].put(rest, name, head, records)
    for (store, _), (key, value) in entries.items():
        into = state[store]._data if isinstance(state[store], SCOPED) else state[store]
        into[key] = value
    return state


class _Unpickler(pickle.Unpickler):
    """Makes what state consists of and nothing else: a file must not be able to run code."""

    def find_class(self, module: str, name: str) -> Any:
        for scoped in SCOPED:
            if (module, name) == (scoped.__module__, scoped.__name__):
                return scoped
        if name in PLAIN.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"state is not made of {module}.{name}")

    @classmethod
    def loads(cls, content: bytes) -> Any:
        return cls(io.BytesIO(content)).load()
