"""Draws dev-loop.svg: what `blockwork dev` says while somebody works on the platform.

Everything in it has happened: a copy of this checkout has a stage of its own, the loop runs in a
terminal there, and files are saved. Made anew by `PYTHONPATH=. python docs/pictures/dev_loop.py`,
which takes a few minutes.
"""

import os
import pty
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from blockwork.bench.own_stage import OwnStage
from blockwork.environment import tool_environment
from blockwork.local.places import REPOSITORY
from tools.dev_loop import products

PICTURE = Path(__file__).with_name("dev-loop.svg")
COLUMNS = 112
HANDLER, STACK = "lambda_src/catalog/handlers/list_products.py", "stacks/catalog.py"
READS, THINKS = 20.0, 3.0
"""Seconds until a person saves something: the first time, and the next ones."""
FONT_OF_OTHERS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
IDS = re.compile(r"\[[0-9a-f-]{36}\]")


class Screen:
    """What a program has written to its terminal.

    :param watched: the folder that the program works in, which no picture may name.
    """

    def __init__(self, watched: Path) -> None:
        self._watched = str(watched)
        self._more = threading.Condition()
        self._text = ""

    def read(self, terminal: int) -> None:
        """Take in all that is written until the program closes its end."""
        while chunk := _read(terminal):
            with self._more:
                self._text += chunk.decode().replace("\r\n", "\n")
                self._more.notify_all()

    def wait_for(self, part: str, *, after: int = 0) -> int:
        """Wait until something is written, and return where the line ends that has it."""
        with self._more:
            self._more.wait_for(lambda: self._end(part, after) >= 0)
            return self._end(part, after)

    def _end(self, part: str, after: int) -> int:
        at = self._text.find(part, after)
        return self._text.find("\n", at) if at >= 0 else -1

    def shown(self) -> str:
        """Return what there is to see from the moment at which it watches."""
        text = self._text[self._text.index("Watching") :].replace(self._watched, "~/blockwork")
        return IDS.sub(lambda found: f"[{found[0][1:9]}…]", text)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # as Linux says that nobody writes any more
        return b""


@contextmanager
def loop(stage: OwnStage) -> Iterator[Screen]:
    """Let `blockwork dev` watch in a terminal while the block runs."""
    ours, theirs = pty.openpty()
    screen = Screen(stage.folder)
    environment = {**tool_environment(), "TERM": "xterm-256color", "COLUMNS": "1000"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "blockwork", "dev", "--directory", str(stage.directory)],
        cwd=stage.folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    reader = threading.Thread(target=screen.read, args=[ours])
    reader.start()
    try:
        screen.wait_for("Watching")
        yield screen
    finally:
        process.terminate()
        process.wait()
        reader.join()
        os.close(ours)


def work(stage: OwnStage, screen: Screen) -> None:
    """Save a handler that is none, mend it, ask it, and let its stack tell something more."""
    handler, stack = stage.folder / HANDLER, stage.folder / STACK
    good = handler.read_text()
    time.sleep(READS)
    handler.write_text(good.replace("return Response.ok(body)", "return Response.ok(body"))
    at = screen.wait_for("✗")
    time.sleep(THINKS)
    handler.write_text(good)
    at = screen.wait_for("✓", after=at)
    time.sleep(THINKS)
    products(stage)
    at = screen.wait_for("GET /products", after=at)
    time.sleep(THINKS)
    told = '        cdk.CfnOutput(self, "Told", value="to whoever asks")\n'
    stack.write_text(stack.read_text() + told)
    screen.wait_for("✓", after=at)


def draw(text: str) -> str:
    """Return a picture of a terminal with this text, in whatever fixed font the reader has."""
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text.from_ansi(text))
    svg = console.export_svg(title="make dev", theme=MONOKAI, unique_id="dev-loop")
    return FONT_OF_OTHERS.sub("", svg).replace("Fira Code", "ui-monospace")


def main() -> None:
    """Draw it anew."""
    with TemporaryDirectory() as folder:
        stage = OwnStage(REPOSITORY, Path(folder) / "drawn")
        with stage.up():
            with loop(stage) as screen:
                work(stage, screen)
            text = screen.shown()
    PICTURE.write_text(draw(text.strip()) + "\n")


if __name__ == "__main__":
    main()
