"""Where an editor and functions meet: one session for the editor, whatever functions run.

An editor attaches to one port by the Debug Adapter Protocol. Each process of a function connects to
another one by debugpy, whose part in that process speaks the same protocol, and is attached to at
once, editor or not. So an editor may come and go, and a process that starts later has the editor's
breakpoints before it has imported anything. What counts in one process, such as threads and
frames, is told from another's by numbers of our own.
"""

import asyncio
import itertools
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from blockwork.dev.dap import Channel, Message, RefusedError
from blockwork.dev.debugged_process import BREAKPOINTS, SHARES, DebuggedProcess
from blockwork.dev.same_files import Sources

HOST = "127.0.0.1"
SHOWN = ("stopped", "continued", "thread", "output")
CAPABILITIES = {
    "supportsConfigurationDoneRequest": True,
    "supportsConditionalBreakpoints": True,
    "supportsHitConditionalBreakpoints": True,
    "supportsFunctionBreakpoints": True,
    "supportsLogPoints": True,
    "supportsEvaluateForHovers": True,
    "supportsSetVariable": True,
    "supportsSetExpression": True,
    "supportsCompletionsRequest": True,
    "supportsExceptionInfoRequest": True,
    "supportsExceptionOptions": True,
    "supportsValueFormattingOptions": True,
    "supportsDelayedStackTraceLoading": True,
    "supportsStepInTargetsRequest": True,
    "supportsClipboardContext": True,
    "exceptionBreakpointFilters": [
        {"filter": "raised", "label": "Raised Exceptions", "default": False},
        {"filter": "userUnhandled", "label": "User Uncaught Exceptions", "default": False},
    ],
}


class DebugServer:
    """Runs in a thread of its own from `start` to `stop`.

    :param app: the app's folder, whose files the editor shows.
    :param port: for the editor. Default: a free one.
    :param wait: processes of functions begin once an editor has attached. Default: at once.
    :param say: told who comes and goes, a line each.
    """

    def __init__(
        self, app: Path, *, port: int = 0, wait: bool = False, say: Callable[[str], None]
    ) -> None:
        self.port, self.process_port = port, 0
        self._sources = Sources(app)
        self._wait, self._say = wait, say
        self._editor: Channel | None = None
        self._attaching: Message | None = None
        self._is_attached = threading.Event()
        self._breakpoints: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._processes: dict[int, DebuggedProcess] = {}
        self._shares = itertools.count()
        self._last: DebuggedProcess | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Listen.

        :raises OSError: if the port is taken.
        """
        self._loop = asyncio.new_event_loop()
        self._may_run = asyncio.Event()
        if not self._wait:
            self._may_run.set()
        try:
            self._servers = self._loop.run_until_complete(self._listen())
        except OSError:
            self._loop.close()
            raise
        self._thread = threading.Thread(target=self._loop.run_forever, name="debug", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Detach from everything, which goes on, and listen no more."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def is_attached(self) -> bool:
        """Tell whether an editor is there, with its breakpoints."""
        return self._is_attached.is_set()

    def wait_for_editor(self) -> None:
        """Wait until an editor has attached."""
        self._is_attached.wait()

    async def _listen(self) -> list[asyncio.Server]:
        editors = await asyncio.start_server(self._meet_editor, HOST, self.port)
        processes = await asyncio.start_server(self._meet_process, HOST, 0)
        self.port = editors.sockets[0].getsockname()[1]
        self.process_port = processes.sockets[0].getsockname()[1]
        return [editors, processes]

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        if self._editor:
            self._editor.tell("terminated")
            self._editor.close()
        self._may_run.set()
        await self._let_go()
        for process in self._now():
            process.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)

    async def _meet_process(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        share = next(
            share % SHARES for share in self._shares if share % SHARES not in self._processes
        )
        process = DebuggedProcess(Channel(reader, writer), share, self._sources, self._heard)
        self._processes[share] = process
        self._do(self._begin(process))
        try:
            await process.listen()
        finally:
            del self._processes[share]
            for thread in process.threads:
                gone = process.shown({"reason": "exited", "threadId": thread})
                self._show("thread", gone)

    async def _begin(self, process: DebuggedProcess) -> None:
        with suppress(RefusedError):  # it has gone already
            await process.greet()
            if self._wait and not self._may_run.is_set():
                self._say(f"{process.function} waits for an editor.")
            await self._may_run.wait()
            for (command, _file), arguments in list(self._breakpoints.items()):
                await process.ask(command, arguments)
            await process.run()

    async def _meet_editor(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        channel = Channel(reader, writer)
        if self._editor is not None:
            async for message in channel.messages():
                channel.refuse(message, "Another editor is attached: detach that one first.")
            return
        self._editor = channel
        try:
            async for message in channel.messages():
                if message["type"] == "request":
                    self._do(self._answer(channel, message))
        finally:
            await self._detached()

    async def _answer(self, editor: Channel, request: Message) -> None:
        command, arguments = request["command"], request.get("arguments") or {}
        try:
            if command == "initialize":
                editor.answer(request, CAPABILITIES)
            elif command == "attach":
                self._attaching = request
                self._may_run.clear()
                editor.tell("initialized")
            elif command in ("disconnect", "terminate"):
                editor.answer(request)
                editor.tell("terminated")
                editor.close()
            else:
                editor.answer(request, await self._asked(command, arguments))
                if command == "configurationDone" and self._attaching:
                    editor.answer(self._attaching)
                    self._attached()
        except RefusedError as error:
            editor.refuse(request, str(error))

    async def _asked(self, command: str, arguments: Mapping[str, Any]) -> Any:  # noqa: ANN401
        if command in BREAKPOINTS:
            return await self._break(command, arguments)
        if command == "configurationDone":
            return None
        if command == "threads":
            return {
                "threads": [each for process in self._now() for each in await _threads(process)]
            }
        if command == "modules":
            return {"modules": [], "totalModules": 0}
        body = await self._meant(command, arguments).ask(command, arguments)
        # Only the threads of one process, but the editor would take it for all.
        return {**body, "allThreadsContinued": False} if command == "continue" else body

    def _meant(self, command: str, arguments: Mapping[str, Any]) -> DebuggedProcess:
        for process in self._now():
            if process.has(arguments):
                return process
        last = self._last if self._last in self._now() else None
        if last is None or last.has(arguments) is False:
            raise RefusedError(f"{command}: no function stands there any more")
        return last

    async def _break(self, command: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        file = (arguments.get("source") or {}).get("path", "")
        self._breakpoints[command, file] = arguments
        for process in self._now():
            with suppress(RefusedError):
                await process.ask(command, arguments)
        wanted = arguments.get("breakpoints", [])
        if command != "setBreakpoints" or Path(file).is_file():
            return {"breakpoints": [{"verified": True, **_place(each)} for each in wanted]}
        why = f"{file} is no file on this machine"
        return {"breakpoints": [{"verified": False, "message": why} for _ in wanted]}

    def _attached(self) -> None:
        self._attaching = None
        self._is_attached.set()
        self._may_run.set()
        self._say("An editor has attached.")

    async def _detached(self) -> None:
        was = self._is_attached.is_set()
        self._editor = self._attaching = None
        self._is_attached.clear()
        self._may_run.set()
        await self._let_go()
        if was:
            self._say("The editor has detached; functions go on.")

    async def _let_go(self) -> None:
        """Take every breakpoint away, and let go on what stands at one."""
        set_before, self._breakpoints = list(self._breakpoints), {}
        for process in self._now():
            with suppress(RefusedError):
                for command, file in set_before:
                    none = {"breakpoints": [], "filters": [], "source": {"path": file}}
                    await process.ask(command, none)
                await process.clear()

    def _heard(self, process: DebuggedProcess, message: Message) -> None:
        event, body = message["event"], process.shown(message.get("body") or {})
        if event == "stopped":
            self._last = process
            body["allThreadsStopped"] = False
            if not self.is_attached():
                self._do(process.clear())
        if event == "continued":
            body["allThreadsContinued"] = False
        if event in SHOWN and body.get("category") != "telemetry":
            self._show(event, body)

    def _show(self, event: str, body: Mapping[str, Any]) -> None:
        if self._editor and self.is_attached():
            self._editor.tell(event, body)

    def _now(self) -> list[DebuggedProcess]:
        return list(self._processes.values())

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _threads(process: DebuggedProcess) -> list[dict[str, Any]]:
    try:
        threads = (await process.ask("threads", {}))["threads"]
    except RefusedError:  # it has just gone
        return []
    return [{**each, "name": process.thread_of(each["name"])} for each in threads]


def _place(breakpoint_: Mapping[str, Any]) -> dict[str, Any]:
    return {name: breakpoint_[name] for name in ("line", "column") if name in breakpoint_}
