"""The loop: what is saved is in effect at once, by the least that is right for it."""

import contextlib
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from blockwork.command.called import called
from blockwork.dev.debugging import Editing, debugging
from blockwork.dev.functions import LiveFunctions, error_in
from blockwork.dev.sites import Builder, SiteBucket
from blockwork.dev.terminal import Terminal, names
from blockwork.dev.updates import STAGE_ERRORS, Background, Updates
from blockwork.dev.watching import Watcher
from blockwork.local.live import LiveFile
from blockwork.local.logs import ALL, Filter, follow
from blockwork.local.places import REPOSITORY
from blockwork.local.stage import LocalStage

LOOK_EVERY = 0.2
"""Seconds between two looks at whether the stage still runs and somebody has ended the loop."""
SAYS_NOTHING = ("tests", "docs")
"""Folders whose content is in no stage."""


@dataclass(frozen=True, kw_only=True)
class Website:
    """A website that the app's own tool builds anew whenever a source is saved.

    :param content: the folder that it builds into.
    :param watch: the command, which watches the sources by itself.
    :param sources: the folder that holds the sources.
    """

    content: Path
    watch: tuple[str, ...]
    sources: Path


class Loop:
    """Watches an app's folder and brings a running stage after it.

    :param stage: runs already.
    :param updates: does what asks for a synthesis.
    :param terminal: where it tells what it does.
    :param websites: built by tools of their own. Default: none.
    :param wanted: which log lines to show. Default: all.
    :param editing: what an editor debugs. Default: nothing; `breakpoint()` opens pdb here.
    :param folder: of the app.
    """

    def __init__(
        self,
        stage: LocalStage,
        updates: Updates,
        terminal: Terminal,
        *,
        websites: Sequence[Website] = (),
        wanted: Filter = ALL,
        editing: Editing | None = None,
        folder: Path = REPOSITORY,
    ) -> None:
        self._stage, self._terminal, self._folder = stage, terminal, folder
        self._websites, self._wanted, self._editing = websites, wanted, editing
        self.live = LiveFile(stage.directory)
        self._functions = LiveFunctions(folder, self.live, lambda service, _: self._client(service))
        self._updates = updates
        self._edited: dict[Path, float] = {}
        self._saved_at: dict[Path, float] = {}
        self._stopped = threading.Event()

    def run(self) -> None:
        """Watch until Ctrl-C, SIGTERM, or the stage's own end."""
        with contextlib.ExitStack() as open_, self.live.held(self._terminal.say):
            open_.enter_context(self._stopped_by(signal.SIGINT, signal.SIGTERM))
            self._functions.read(self._stage.cdk.assembly)
            open_.enter_context(
                debugging(self.live, self._folder, say=self._terminal.say, editing=self._editing)
            )
            buckets = {
                site: SiteBucket(self._client("s3"), site.content) for site in self._websites
            }
            watcher = Watcher(self._folder, [site.content for site in self._websites])
            open_.callback(watcher.close)
            self._background = Background(self._updates, self._updated)
            open_.callback(self._background.close)
            for site in self._websites:
                open_.callback(self._build(site).close)
            logs = threading.Thread(target=self._show_logs, name="logs")
            logs.start()
            open_.callback(logs.join)
            open_.callback(self._stopped.set)
            self._terminal.say(f"Watching {self._folder}: {len(self._functions)} functions live.")
            while not self._stopped.is_set():
                saved = watcher.saved(LOOK_EVERY)
                try:
                    self._saved(saved, buckets)
                except STAGE_ERRORS as error:
                    self._terminal.failed("stage", f"{names(list(saved), self._folder)}: {error}")
                if not self._stage.emulator.is_running():
                    self._terminal.say("The stage was stopped.")
                    break
        self._say_what_is_left()

    def _saved(self, paths: set[Path], buckets: dict[Website, SiteBucket]) -> None:
        if not paths:
            return
        began = time.monotonic()
        rest = set(paths)
        for site, bucket in buckets.items():
            built = {path for path in rest if path.is_relative_to(site.content)}
            rest -= built
            if built:
                self._upload(site, bucket)
            sources = {path for path in rest if path.is_relative_to(site.sources)}
            rest -= sources
            if sources:
                self._saved_at[site.content] = began
                self._edit(sources)
        code = {path for path in rest if self._functions.are_made_of(path)}
        if code:
            self._let_run(code, began)
            self._edit(code)
        if asks := {path for path in rest - code if self._is_deployed(path)}:
            if good := {path for path in asks if self._can_be_read(path)}:
                self._background.ask(good)
            self._edit(asks)

    def _can_be_read(self, path: Path) -> bool:
        """Tell whether a module is one, and say where it is none: no synthesis need be tried."""
        wrong = error_in(path) if path.suffix == ".py" else None
        if wrong:
            self._terminal.failed(str(path), wrong)
        else:
            self._terminal.mended(str(path))
        return wrong is None

    def _let_run(self, code: set[Path], began: float) -> None:
        effect = self._functions.saved(code)
        wrong = {path: error for error in effect.errors for path in code if str(path) in error}
        for path in code - wrong.keys():
            self._terminal.mended(str(path))
        for error in effect.errors:
            of = next((str(path) for path, said in wrong.items() if said == error), "code")
            self._terminal.failed(of, error)
        if effect.needs_synthesis:
            self._background.ask(code)
        elif not effect.errors:
            count = len(effect.functions)
            effects = f"→ {count} function{'s' if count != 1 else ''}"
            shown = names(list(code), self._folder)
            self._terminal.done(shown, effects, time.monotonic() - began)

    def _upload(self, site: Website, bucket: SiteBucket) -> None:
        began = self._saved_at.get(site.content, time.monotonic())
        if uploaded := bucket.upload():
            self._saved_at.pop(site.content, None)
            self._terminal.mended(str(site.content))
            shown = f"{uploaded[0]} and {len(uploaded) - 1} more" if uploaded[1:] else uploaded[0]
            self._terminal.done(
                str(site.sources), f"→ {shown} in the bucket", time.monotonic() - began
            )

    def _build(self, site: Website) -> Builder:
        def failed(error: str) -> None:
            self._terminal.failed(str(site.content), error)

        return Builder(site.watch, self._folder, failed)

    def _updated(
        self, saved: dict[Path, float], started: float, done: list[str], wrong: list[str]
    ) -> None:
        seconds = time.monotonic() - min(saved.values())
        if wrong:
            self._terminal.failed("stacks", "\n".join(wrong))
            return
        self._terminal.mended("stacks")
        self._edited = {path: at for path, at in self._edited.items() if at >= started}
        self._functions.read(self._stage.cdk.assembly)
        effect = f"→ {', '.join(done)}" if done else "→ no stack changes"
        self._terminal.done(names(list(saved), self._folder), effect, seconds)

    def _is_deployed(self, path: Path) -> bool:
        top = path.relative_to(self._folder).parts[0]
        if top in SAYS_NOTHING or path.suffix == ".md":
            return False
        return any(path.is_relative_to(each) for each in self._stage.app.inputs)

    def _edit(self, paths: set[Path]) -> None:
        """Note that the stage is no longer what was deployed."""
        if not self._edited:
            self._stage.forget_deployed()
        self._edited = {**self._edited, **dict.fromkeys(paths, time.monotonic())}

    def _show_logs(self) -> None:
        for line in follow(
            self._stage.directory,
            self._wanted,
            goes_on=lambda: not self._stopped.is_set(),
            pause=self._stopped.wait,
        ):
            self._terminal.log(line)

    def _say_what_is_left(self) -> None:
        if self._edited:
            edited = names(sorted(self._edited), self._folder)
            up = called("local up")
            self._terminal.say(f"Not deployed yet: {edited}. '{up}' deploys what was edited.")

    @contextlib.contextmanager
    def _stopped_by(self, *signals: signal.Signals) -> Iterator[None]:
        def stop(_number: int, _frame: FrameType | None) -> None:
            self._stopped.set()

        before = {number: signal.signal(number, stop) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _client(self, service: str) -> Any:  # noqa: ANN401 -- boto3 makes its clients at run time
        return self._stage.account.client(service)
