"""While a loop lives, functions run from their sources; without one, as they were deployed."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from blockwork.local.launch import Emulator
from blockwork.local.live import LiveFile
from blockwork.local.logs import Filter, follow
from tests.emulator.support import Aws, function, invoke, role
from tests.waiting import eventually, settled

HANDLER = """
import os
from shared import words

def handler(event, context):
    told = {"said": words.WORD, "file": __file__, "folder": os.getcwd(), "name": os.environ["NAME"]}
    told |= {"process": os.getpid(), "variables": sorted(os.environ)}
    return {**told, "data": open("shop/data.txt").read()}
"""
SOURCES = {
    "shop/handlers/__init__.py": "",
    "shop/handlers/greet.py": HANDLER,
    "shop/data.txt": "one",
    "shared/words.py": "WORD = 'deployed'\n",
}


@pytest.fixture
def sources(tmp_path: Path) -> dict[str, str]:
    """Return the files that a bundle holds, by their names there."""
    for name, text in SOURCES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return {name: str(tmp_path / name) for name in SOURCES}


@pytest.fixture
def greet(aws: Aws, request: pytest.FixtureRequest) -> str:
    """A function with its code in S3, as the CDK deploys it."""
    name: str = request.node.name.replace("_", "-")[:60]
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        for file, text in SOURCES.items():
            archive.writestr(file, text)
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    s3.put_object(Bucket=name, Key="code.zip", Body=zipped.getvalue())
    properties = {
        "FunctionName": name,
        "Handler": "shop.handlers.greet.handler",
        "Code": {"S3Bucket": name, "S3Key": "code.zip"},
        "Environment": {"Variables": {"NAME": "kept"}},
    }
    resource = function("", **properties)
    aws.deploy(f"Live-{name}", {"Role": role(), "Function": resource})
    return name


@contextmanager
def loop(emulator: Emulator, name: str, files: dict[str, str]) -> Iterator["Loop"]:
    live = LiveFile(emulator.directory)
    with live.held():
        one = Loop(live, name, files)
        one.see()
        yield one


class Loop:
    def __init__(self, live: LiveFile, name: str, files: dict[str, str]) -> None:
        self.live, self.name, self.files = live, name, files

    def see(self) -> None:
        """Say which files there are, as the dev loop does after each save."""
        seen = {}
        for path in self.files.values():
            state = Path(path).stat()
            seen[path] = [state.st_mtime_ns, state.st_size]
        self.live.change(functions={self.name: {"files": self.files, "seen": seen}})


def answer(aws: Aws, name: str) -> dict[str, Any]:
    said: dict[str, Any] = invoke(aws, name)["answer"]
    return said


def save(file: str, text: str) -> None:
    Path(file).write_text(text)


def test_a_save_is_in_effect_with_the_loop_and_gone_without(
    aws: Aws, emulator: Emulator, greet: str, sources: dict[str, str]
) -> None:
    assert answer(aws, greet)["said"] == "deployed"
    with loop(emulator, greet, sources) as one:
        said = answer(aws, greet)
        assert (said["said"], said["name"], said["data"]) == ("deployed", "kept", "one")
        assert said["file"] == sources["shop/handlers/greet.py"]
        assert not said["folder"].startswith(str(Path(said["file"]).parents[2]))

        save(sources["shared/words.py"], "WORD = 'saved!!!'\n")  # of the same size
        save(sources["shop/data.txt"], "two")
        one.see()
        said = answer(aws, greet)
        assert (said["said"], said["data"]) == ("saved!!!", "two")
        assert answer(aws, greet)["said"] == "saved!!!"
        assert not list(Path(sources["shared/words.py"]).parent.glob("__pycache__"))

    assert answer(aws, greet)["said"] == "deployed"


def test_only_what_the_bundle_holds_is_found(
    aws: Aws, emulator: Emulator, greet: str, sources: dict[str, str]
) -> None:
    folder = Path(sources["shared/words.py"]).parent
    (folder / "more.py").write_text("WORD = 'more'\n")
    with loop(emulator, greet, sources) as one:
        save(sources["shared/words.py"], "from shared.more import WORD\n")
        one.see()
        refused = answer(aws, greet)
        assert refused["errorMessage"].endswith("No module named 'shared.more'")

        one.files = {**sources, "shared/more.py": str(folder / "more.py")}
        one.see()
        assert answer(aws, greet)["said"] == "more"

        one.files = {name: at for name, at in one.files.items() if name != "shared/words.py"}
        (folder / "words.py").unlink()
        one.see()
        assert "'words'" in answer(aws, greet)["errorMessage"]


def test_a_module_that_cannot_be_loaded_says_in_the_log_where(
    aws: Aws, emulator: Emulator, greet: str, sources: dict[str, str]
) -> None:
    with loop(emulator, greet, sources) as one:
        save(sources["shared/words.py"], "WORD = 'open\n")
        one.see()
        failed = invoke(aws, greet)
        assert "errorMessage" in failed["answer"]
        lines = follow(
            emulator.directory, Filter(service=greet), from_start=True, goes_on=lambda: False
        )
        told = "\n".join(str(line) for line in lines)
        assert f'File "{sources["shared/words.py"]}", line 1' in told
        assert "SyntaxError" in told
        assert "importlib" not in told
        assert "end of invocation" not in told

        save(sources["shared/words.py"], "WORD = 'mended'\n")
        one.see()
        assert answer(aws, greet)["said"] == "mended"


def standing(emulator: Emulator, name: str) -> list[Path]:
    """Return the folders of the function's processes that stand by."""
    return [
        at.parent for at in emulator.directory.glob(f"tmp/ministack-lambda-{name}-*/standing-by")
    ]


def test_from_the_second_save_on_a_process_stands_by_that_runs_what_is_saved(
    aws: Aws, emulator: Emulator, greet: str, sources: dict[str, str]
) -> None:
    with loop(emulator, greet, sources) as one:
        first = answer(aws, greet)
        assert settled(lambda: standing(emulator, greet)) == []  # nobody has saved it

        save(sources["shared/words.py"], "WORD = 'first'\n")
        one.see()
        assert answer(aws, greet)["said"] == "first"
        (ahead,) = eventually(lambda: standing(emulator, greet))

        save(sources["shared/words.py"], "WORD = 'second'\n")
        save(sources["shop/data.txt"], "two")
        one.see()
        second = answer(aws, greet)
        assert (second["said"], second["data"], second["name"]) == ("second", "two", "kept")
        assert Path(second["folder"]) == ahead / "code"
        assert second["variables"] == first["variables"]
        assert answer(aws, greet)["process"] == second["process"]

        eventually(lambda: standing(emulator, greet), until=lambda now: set(now) - {ahead})
        save(sources["shared/words.py"], "WORD = 'open\n")
        one.see()
        assert "unterminated string" in answer(aws, greet)["errorMessage"]
        save(sources["shared/words.py"], "WORD = 'mended'\n")
        one.see()
        assert answer(aws, greet)["said"] == "mended"


def test_what_stands_by_serves_no_other_settings_and_ends_with_the_loop(
    aws: Aws, emulator: Emulator, greet: str, sources: dict[str, str]
) -> None:
    def processes() -> list[int]:
        return [
            each.pid
            for each in psutil.process_iter(["cmdline"])
            if f"ministack-lambda-{greet}-" in " ".join(each.info["cmdline"] or ())
        ]

    with loop(emulator, greet, sources) as one:
        answer(aws, greet)
        save(sources["shared/words.py"], "WORD = 'first'\n")
        one.see()
        answer(aws, greet)
        (ahead,) = eventually(lambda: standing(emulator, greet))
        aws.client("lambda").update_function_configuration(
            FunctionName=greet, Environment={"Variables": {"NAME": "other"}}
        )
        said = answer(aws, greet)
        assert (said["said"], said["name"]) == ("first", "other")
        assert Path(said["folder"]).parent != ahead

        save(sources["shared/words.py"], "WORD = 'second'\n")
        one.see()
        assert answer(aws, greet)["said"] == "second"
        eventually(processes, until=lambda now: len(now) == 2)
    eventually(processes, until=lambda now: len(now) == 1)
