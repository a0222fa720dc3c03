"""The dev loop on this platform, from a save to its effect: `python -m tools.dev_loop`."""

import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from blockwork.bench.emulator import client
from blockwork.bench.row import Row, show
from blockwork.environment import tool_environment
from blockwork.local.ports import PURPOSES, is_free

ROOT = Path(__file__).parents[1]
COPIED = (
    *("app.py", "cdk.json", "stages.toml", "pyproject.toml"),
    *("package.json", "package-lock.json", "requirements.txt"),
)
FOLDERS = ("stacks", "lambda_src", "site", "tools", "blockwork", "constructs_lib")
LINKED = (".venv", "node_modules", ".local")
COMMAND = "import sys; sys.path[0] = {0!r}; from blockwork.command.entry import main; main()"
RUNS = 5
SETTLES = 1.0
"""Seconds between two saves, as a quick person has."""
NEVER = 120.0
SMALL_PACKAGE = "iniconfig"
"""One that our own lock has and no function does."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Something that somebody saves.

    :param what: for the reader.
    :param file: which file.
    :param edit: returns its text with a word in it.
    :param look: returns what has the word once the change is in effect; another text is enough
        where the change is none of words.
    :param bound: seconds, on a quiet machine.
    """

    what: str
    file: str
    edit: Callable[[str, str], str]
    look: Callable[["Stage"], str]
    bound: float
    words: bool = True


class Stage:
    """A copy of the platform with a stage of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.directory, self.port = folder / "platform", folder / "stage", port
        self.folder.mkdir(parents=True)
        for name in COPIED:
            shutil.copy(ROOT / name, self.folder)
        for name in FOLDERS:
            ignored = shutil.ignore_patterns("__pycache__", "dist")
            shutil.copytree(ROOT / name, self.folder / name, ignore=ignored)
        for name in LINKED:
            (self.folder / name).symlink_to(ROOT / name)
        self.http = httpx.Client(trust_env=False, timeout=30)

    def command(self, *words: str) -> list[str]:
        """Return the words that call a command there."""
        place = ["--directory", str(self.directory)]
        return [sys.executable, "-c", COMMAND.format(str(self.folder)), *words, *place]

    def run(self, *words: str) -> None:
        """Call it to its end."""
        subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=tool_environment(),
            check=True,
            capture_output=True,
        )

    def address(self, name: str) -> str:
        """Return what the stage says of itself."""
        said: dict[str, Any] = json.loads((self.directory / "platform.json").read_text())
        return str(said[name])

    def products(self) -> str:
        """Return the answer of a public route."""
        config = self.http.get(self.address("configUrl")).json()
        return self.http.get(f"{config['apis']['catalog']}/products?limit=1").text

    def page(self) -> str:
        """Return the site's page."""
        return self.http.get(self.address("siteUrl")).text

    def outputs(self) -> str:
        """Return what a stack tells."""
        stacks = client(self.port, "cloudformation").describe_stacks(StackName="Local-Catalog")
        return json.dumps(stacks["Stacks"][0]["Outputs"])

    def layers(self) -> str:
        """Return the layer of a function."""
        functions = client(self.port, "lambda").list_functions(MaxItems=1000)["Functions"]
        (one,) = (each for each in functions if "-ListProducts" in each["FunctionName"])
        return str(one["Layers"][0]["Arn"])


def small_package() -> str:
    """Return the lines of our lock that pin it."""
    lock = (ROOT / "requirements-dev.txt").read_text()
    found = re.search(rf"^{SMALL_PACKAGE}==(?:.*\\\n)+.*\n", lock, re.MULTILINE)
    assert found
    return found[0]


def with_package(text: str, word: str) -> str:
    """Return a lock with the package, or without it where it has it."""
    lines = small_package()
    without = text.replace(lines, "")
    return without if int(word[1]) % 2 else without + lines


CHANGES = (
    Change(
        what="a handler",
        file="lambda_src/catalog/handlers/list_products.py",
        edit=lambda text, word: text.replace('{"products"', f'{{"{word}": "", "products"'),
        look=Stage.products,
        bound=0.5,
    ),
    Change(
        what="a module that handlers share",
        file="lambda_src/catalog/handlers/product_json.py",
        edit=lambda text, word: text.replace('"productId":', f'"{word}": "", "productId":', 1),
        look=Stage.products,
        bound=0.5,
    ),
    Change(
        what="a source of the site",
        file="site/index.html",
        edit=lambda text, word: text.replace("</title>", f" {word}</title>"),
        look=Stage.page,
        bound=0.5,
    ),
    Change(
        what="a stack",
        file="stacks/catalog.py",
        edit=lambda text, word: f'{text}        cdk.CfnOutput(self, "Bench", value="{word}")\n',
        look=Stage.outputs,
        bound=1.5,
    ),
    Change(
        what="the lock of a layer",
        file="lambda_src/requirements.txt",
        edit=with_package,
        look=Stage.layers,
        bound=1.5,
        words=False,
    ),
)


def dev_loop(folder: Path) -> Iterator[Row]:
    """Save five times each, then let the whole stage be brought up once after the same."""
    stage = Stage(folder / "dev-loop", free_port())
    try:
        stage.run("local", "up", "--port", str(stage.port))
        with at_work(stage):
            saved = {change: saves(stage, change) for change in CHANGES}
        for change, seconds in saved.items():
            stage.run("local", "up")
            up = timed_up(stage, change)
            median = statistics.median(seconds)
            yield Row(
                what=f"save of {change.what} until it is in effect, {median / up:.2f} of the "
                f"{up:.1f} s of `make up`",
                measured=median,
                bar=change.bound,
                unit="s",
            )
    finally:
        stage.run("local", "clean")


@contextmanager
def at_work(stage: Stage) -> Iterator[None]:
    """Let `blockwork dev` watch while the block runs."""
    process = subprocess.Popen(
        stage.command("dev"),
        cwd=stage.folder,
        env=tool_environment(),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if line.startswith("Watching"):
                break
        rest = threading.Thread(target=process.stdout.read)
        rest.start()
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()
        rest.join()


def saves(stage: Stage, change: Change) -> list[float]:
    """Save it again and again, then as it was, and return the seconds to each new answer."""
    file = stage.folder / change.file
    before = file.read_text()
    taken = [save(stage, change, change.edit(before, word), word) for word in words(RUNS)]
    if change.words:
        file.write_text(before)
        wait(stage, change, until=lambda now: word_of(RUNS - 1) not in now)
    return taken


def save(stage: Stage, change: Change, text: str, word: str) -> float:
    """Save it and return the seconds until it is in effect."""
    was = change.look(stage)
    time.sleep(SETTLES)
    (stage.folder / change.file).write_text(text)
    started = time.perf_counter()
    wait(stage, change, until=lambda now: word in now if change.words else now != was)
    return time.perf_counter() - started


def wait(stage: Stage, change: Change, until: Callable[[str], bool]) -> None:
    """Look until it is so."""
    started = time.monotonic()
    while not until(change.look(stage)):
        if time.monotonic() - started > NEVER:
            raise RuntimeError(f"a save of {change.file} has had no effect for {NEVER:.0f} s")
        time.sleep(0.005)


def timed_up(stage: Stage, change: Change) -> float:
    """Return the seconds that `blockwork local up` takes after such a change."""
    file = stage.folder / change.file
    file.write_text(change.edit(file.read_text(), word_of(RUNS)))
    started = time.perf_counter()
    stage.run("local", "up")
    return time.perf_counter() - started


def words(count: int) -> list[str]:
    """Return so many words that stand nowhere else."""
    return [word_of(number) for number in range(count)]


def word_of(number: int) -> str:
    """Return one of them."""
    return f"w{number}bench"


def free_port() -> int:
    """Return the first of as many free ports as a stage needs."""
    return next(
        first
        for first in count(13_000, len(PURPOSES))
        if all(is_free(number) for number in range(first, first + len(PURPOSES)))
    )


if __name__ == "__main__":
    with TemporaryDirectory() as here:
        sys.exit(show(list(dev_loop(Path(here)))))
