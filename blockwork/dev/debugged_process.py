"""One process of a function, as the debugger sees it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from blockwork.dev.dap import Channel, Message, RefusedError
from blockwork.dev.same_files import Sources

SHARES = 1024
"""Processes that can be told apart at the same time. Numbers are at most 2^31 in the protocol."""
NUMBERED = ("threadId", "frameId", "variablesReference", "sourceReference")
NUMBERED_AS_ID = ("threads", "stackFrames")
BREAKPOINTS = ("setBreakpoints", "setFunctionBreakpoints", "setExceptionBreakpoints")

Handler = Callable[["DebuggedProcess", Message], None]


class DebuggedProcess:
    """A connection that debugpy has made, in a process of a function.

    :param channel: the connection.
    :param share: which of SHARES numbers is its own; everything it numbers is told from others'.
    :param sources: what the editor shows.
    :param on_event: called with what it tells.
    """

    def __init__(self, channel: Channel, share: int, sources: Sources, on_event: Handler) -> None:
        self._channel, self.share, self._sources = channel, share, sources
        self._on_event = on_event
        self.function = "?"
        self.roots: list[str] = []
        self.standing: set[int] = set()
        """Threads that have stopped, by its own numbers."""
        self.threads: set[int] = set()

    async def listen(self) -> None:
        """Pass on what it tells until it goes."""
        async for message in self._channel.messages():
            if message["type"] == "event":
                self._note(message)
                self._on_event(self, message)

    async def greet(self) -> None:
        """Learn who it is, and attach to it; it waits until `run`.

        The token is debugpy's way to let a process say something of its own before all else.
        """
        told = await self._channel.ask("pydevdAuthorize", {"debugServerAccessToken": None})
        identity = json.loads(told["clientAccessToken"])
        self.function, self.roots = identity["function"], identity["roots"]
        await self._channel.ask("initialize", {"adapterID": "blockwork", "pathFormat": "path"})
        script = {"path": identity["script"], "include": False}
        await self._channel.ask(
            "attach", {"justMyCode": False, "subProcess": False, "rules": [script]}
        )

    async def run(self) -> None:
        """Let it begin."""
        await self._channel.ask("configurationDone")

    async def ask(self, command: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Ask it for something in the editor's numbers and paths, and return what it says."""
        if command == "setBreakpoints":
            return await self._break_at(arguments)
        return self.shown(await self._channel.ask(command, self._its(arguments)))

    async def clear(self) -> None:
        """Let everything go on that stands; its breakpoints must be gone."""
        for thread in list(self.standing):
            await self._channel.ask("continue", {"threadId": thread})

    def close(self) -> None:
        """Leave it; it goes on without a debugger."""
        self._channel.close()

    def has(self, arguments: Mapping[str, Any]) -> bool | None:
        """Tell whether a request is about something in this process, None if it does not say."""
        for name in NUMBERED:
            if number := arguments.get(name):
                return bool(number % SHARES == self.share)
        return None

    def shown(self, told: Any, inside: str = "") -> Any:  # noqa: ANN401 -- what JSON can hold
        """Return what it says in the editor's numbers and paths."""
        if isinstance(told, list):
            return [self.shown(each, inside) for each in told]
        if not isinstance(told, dict):
            return told
        shown = {}
        for name, value in told.items():
            if name in NUMBERED or (name == "id" and inside in NUMBERED_AS_ID):
                shown[name] = value * SHARES + self.share if value else value
            elif name == "path" and inside == "source":
                shown[name] = self._sources.source(value, self.roots)
            else:
                shown[name] = self.shown(value, name)
        return shown

    def thread_of(self, name: str) -> str:
        """Return how the editor is to call a thread of it."""
        return self.function if name == "MainThread" else f"{self.function}: {name}"

    def _its(self, asked: Any) -> Any:  # noqa: ANN401 -- what JSON can hold
        if isinstance(asked, list):
            return [self._its(each) for each in asked]
        if not isinstance(asked, Mapping):
            return asked
        return {
            name: value // SHARES if name in NUMBERED and value else self._its(value)
            for name, value in asked.items()
        }

    async def _break_at(self, arguments: Mapping[str, Any]) -> None:
        source = arguments.get("source") or {}
        if "path" not in source:
            raise RefusedError("a breakpoint must be in a file")
        for place in self._sources.places(source["path"], self.roots):
            there = {**arguments, "source": {"path": place}}
            await self._channel.ask("setBreakpoints", there)

    def _note(self, message: Message) -> None:
        body = message.get("body") or {}
        thread = body.get("threadId", 0)
        if message["event"] == "stopped":
            self.standing.add(thread)
        elif message["event"] == "continued":
            if body.get("allThreadsContinued"):
                self.standing.clear()
            self.standing.discard(thread)
        elif message["event"] == "thread" and body["reason"] == "started":
            self.threads.add(thread)
        elif message["event"] == "thread":
            self.threads.discard(thread)
            self.standing.discard(thread)
