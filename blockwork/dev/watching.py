"""Which files of an app are saved, told within milliseconds."""

import queue
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch

from blockwork.local.fingerprint import BUILT

DEBOUNCE_MS, STEP_MS = 50, 10
LOOK_EVERY_MS = 500
"""Whether to stop is looked at so often; what is saved is told at once."""
OF_EDITORS = (".swp", ".swx", ".tmp", "~", ".pyc")


class Watcher:
    """Tells of saved files: below the folder, except what is hidden, installed or built.

    :param folder: of the app.
    :param built: folders below it that count although they are built, such as a website's.
    """

    def __init__(self, folder: Path, built: Sequence[Path] = ()) -> None:
        self._folder, self._built = folder, tuple(built)
        self._saved: queue.SimpleQueue[set[Path]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._restart = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch_top, name="watch the folder"),
            threading.Thread(target=self._watch_below, name="watch below"),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End the watching."""
        self._stop.set()
        self._restart.set()
        for thread in self._threads:
            thread.join()

    def saved(self, wait: float) -> set[Path]:
        """Return what has been saved, made or deleted; nothing after so many seconds without."""
        try:
            found = self._saved.get(timeout=wait)
        except queue.Empty:
            return set()
        while not self._saved.empty():
            found |= self._saved.get()
        return found

    def is_watched(self, path: Path) -> bool:
        """Tell whether a path is one that somebody saves."""
        if any(path.is_relative_to(built) for built in self._built):
            return True
        parts = path.relative_to(self._folder).parts
        return not (
            path.name.endswith(OF_EDITORS)
            or any(part.startswith(".") or part in BUILT for part in parts)
        )

    def _watch_top(self) -> None:
        """Tell of the folder's own files, and begin anew below where there is another folder."""
        for paths in self._changes([self._folder], self._stop, recursive=False):
            files = {path for path in paths if not path.is_dir()}
            if files:
                self._saved.put(files)
            if paths - files:
                self._restart.set()

    def _watch_below(self) -> None:
        while not self._stop.is_set():
            self._restart.clear()
            for paths in self._changes(self._folders(), self._restart, recursive=True):
                self._saved.put(paths)
            self._restart.wait()  # where there is no folder yet

    def _folders(self) -> list[Path]:
        """Return what to watch whole; node_modules and environments alone have more than all."""
        ours = [
            path
            for path in self._folder.iterdir()
            if path.is_dir() and self.is_watched(path) and not (path / "pyvenv.cfg").is_file()
        ]
        return [
            *ours,
            *(path for path in self._built if path.is_dir() and path.parent == self._folder),
        ]

    def _changes(
        self, folders: list[Path], stop: threading.Event, *, recursive: bool
    ) -> Iterator[set[Path]]:
        if not folders:
            return
        for changes in watch(
            *folders,
            watch_filter=lambda _kind, path: self.is_watched(Path(path)),
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            rust_timeout=LOOK_EVERY_MS,
            stop_event=stop,
            recursive=recursive,
            raise_interrupt=False,
        ):
            yield {Path(path) for _kind, path in changes}
