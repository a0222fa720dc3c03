"""What was made, changed, and left for people to do; and how it is written."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from blockwork.new.insertion import NoPlaceError
from blockwork.new.names import NewError

RUFF = (sys.executable, "-m", "ruff")


@dataclass(kw_only=True)
class Outcome:
    """Everything that happened to the files of an app.

    :param root: the app's folder.
    :param made: files that are new, or were overwritten.
    :param changed: files that got lines.
    :param by_hand: lines that found no place: the file, why, and what to add.
    :param next: what to do now.
    """

    root: Path
    made: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    by_hand: list[tuple[Path, str, str]] = field(default_factory=list)
    next: list[str] = field(default_factory=list)

    def write(self, files: Mapping[Path, str], *, force: bool) -> None:
        """Write files that are not there yet.

        :param force: whether those that are there are overwritten.
        :raises NewError: if one is there with another text: then none is written.
        """
        there = [path for path, text in files.items() if self._differs(path, text)]
        if there and not force:
            names = ", ".join(path.as_posix() for path in there)
            raise NewError(
                f"nothing was written, because {self.root} has these with another text: {names}. "
                "Take another name, or overwrite them by --force"
            )
        for path, text in files.items():
            file = self.root / path
            if file.exists() and path not in there:
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            self.made.append(path)
        self._lay_out(self.made)

    def change(
        self, path: Path, how: Callable[[str], str], *, by_hand: str, importing: str = ""
    ) -> None:
        """Change a file's text, or say which lines somebody else has to add to it.

        :param how: returns the text as it is to be.
        :param by_hand: the lines, for where they find no place.
        :param importing: an import that they need.
        """
        file = self.root / path
        lines = f"{importing}\n{by_hand}" if importing else by_hand
        try:
            text = file.read_text("utf-8")
            new = how(text)
        except FileNotFoundError:
            self.by_hand.append((path, "it is not there", lines))
            return
        except SyntaxError as error:
            self.by_hand.append((path, f"its line {error.lineno} is no Python", lines))
            return
        except NoPlaceError as error:
            self.by_hand.append((path, str(error), lines))
            return
        if new == text:
            return
        was_laid_out = self._ruff("format", "--check", path)
        file.write_text(new, encoding="utf-8")
        self._lay_out([path] if was_laid_out else [], sort=[path])
        if path not in self.changed:
            self.changed.append(path)

    def as_json(self) -> dict[str, Any]:
        """Return it for machines."""
        return {
            "folder": str(self.root),
            "made": [path.as_posix() for path in self.made],
            "changed": [path.as_posix() for path in self.changed],
            "byHand": [
                {"file": path.as_posix(), "because": why, "lines": lines.strip().splitlines()}
                for path, why, lines in self.by_hand
            ],
            "next": self.next,
        }

    def _differs(self, path: Path, text: str) -> bool:
        file = self.root / path
        if not file.exists():
            return False
        there = file.read_text("utf-8")
        return there not in (text, self._as_laid_out(path, text))

    def _as_laid_out(self, path: Path, text: str) -> str:
        """Return a text as `_lay_out` leaves it."""
        if path.suffix != ".py":
            return text
        for words in (("check", "--select", "I", "--fix"), ("format",)):
            done = subprocess.run(
                [*RUFF, *words, "--quiet", "--stdin-filename", path, "-"],
                cwd=self.root,
                input=text,
                capture_output=True,
                text=True,
                check=False,
            )
            text = done.stdout if done.returncode == 0 else text
        return text

    def _lay_out(self, format_: Iterable[Path], sort: Iterable[Path] = ()) -> None:
        """Give Python files the form that the app's settings ask for, however long names are."""
        modules = [path for path in format_ if path.suffix == ".py"]
        if sorted_ := [*modules, *(path for path in sort if path not in modules)]:
            self._ruff("check", "--select", "I", "--fix", *sorted_)
        if modules:
            self._ruff("format", *modules)

    def _ruff(self, *words: str | Path) -> bool:
        done = subprocess.run(
            [*RUFF, *words, "--quiet"], cwd=self.root, capture_output=True, check=False
        )
        return done.returncode == 0
