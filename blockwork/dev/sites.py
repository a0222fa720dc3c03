"""Websites of a running stage: what an app's own build command writes goes into the real bucket."""

import hashlib
import mimetypes
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from blockwork.dev import leash
from blockwork.local.toolchain import tool_environment

PAGE = ".html"
INDEX = "index.html"
OF_THE_CDK = "cdk-"
ERROR = re.compile(r"\berror\b(?![-.\w])", re.IGNORECASE)
"""How tools begin what they say of one; not a file's name."""
COLORS = re.compile(r"\x1b\[[0-9;]*m")
QUIET = 0.15
"""Seconds without a further line after which a build tool has said its error."""


class Builder:
    """A build command that watches sources by itself, such as `vite build --watch`.

    :param command: its words.
    :param folder: where it runs.
    :param on_error: told what it says of an error, all lines together.
    """

    def __init__(
        self, command: Sequence[str], folder: Path, on_error: Callable[[str], None]
    ) -> None:
        self._on_error = on_error
        self._lines: list[str] = []
        self._adding = threading.Lock()
        self._timer: threading.Timer | None = None
        self.process = subprocess.Popen(
            [sys.executable, leash.__file__, *command],
            cwd=folder,
            env=tool_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self._read, daemon=True, name="site").start()

    def close(self) -> None:
        """End it and what it has started."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._adding:
                self._lines.append(COLORS.sub("", line).rstrip())
                if self._timer:
                    self._timer.cancel()
                self._timer = threading.Timer(QUIET, self._tell)
                self._timer.daemon = True
                self._timer.start()

    def _tell(self) -> None:
        with self._adding:
            lines, self._lines = self._lines, []
        first = next((at for at, line in enumerate(lines) if ERROR.search(line)), None)
        if first is not None:
            self._on_error("\n".join(line for line in lines[first:] if line))


class SiteBucket:
    """The bucket that a website is served from.

    :param s3: a client of the stage.
    :param content: the folder that the website is built into.
    """

    def __init__(self, s3: Any, content: Path) -> None:  # noqa: ANN401 -- boto3 makes its clients at run time
        self._s3, self.content = s3, content
        self._uploaded: dict[str, str] = {}
        self.name = self._find()
        if self.name:
            self._uploaded = dict(self._objects(self.name))

    def upload(self) -> list[str]:
        """Upload what is not there yet as it is now, pages last, and return the names."""
        if not self.name:
            return []
        changed = {}
        for path in sorted(self.content.rglob("*")):
            try:
                content = path.read_bytes() if path.is_file() else None
            except OSError:  # it has just been replaced: the next look finds it
                continue
            name = path.relative_to(self.content).as_posix()
            if content is not None and self._uploaded.get(name) != _tag(content):
                changed[name] = content
        for name in sorted(changed, key=lambda name: (name.endswith(PAGE), name)):
            self._s3.put_object(
                Bucket=self.name, Key=name, Body=changed[name], **self._as_before(name)
            )
            self._uploaded[name] = _tag(changed[name])
        return list(changed)

    def _as_before(self, name: str) -> dict[str, str]:
        """Return how browsers were told to keep such a file by the deployment."""
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        folder, suffix = Path(name).parent, Path(name).suffix
        alike = [other for other in self._uploaded if Path(other).parent == folder]
        for other in sorted(alike, key=lambda each: (each != name, Path(each).suffix != suffix)):
            try:
                head = self._s3.head_object(Bucket=self.name, Key=other)
            except ClientError:
                continue
            kept = {"CacheControl": head["CacheControl"]} if "CacheControl" in head else {}
            return {"ContentType": kind, **kept}
        return {"ContentType": kind}

    def _find(self) -> str | None:
        """Return the bucket that has most of the files, the CDK's own left out."""
        ours = {
            path.relative_to(self.content).as_posix(): _tag(path.read_bytes())
            for path in self.content.rglob("*")
            if path.is_file()
        }
        best, most = None, 0
        for bucket in self._s3.list_buckets()["Buckets"]:
            name = str(bucket["Name"])
            if name.startswith(OF_THE_CDK):
                continue
            there = dict(self._objects(name))
            if INDEX in there:
                alike = 1 + sum(there.get(key) == tag for key, tag in ours.items())
                best, most = (name, alike) if alike > most else (best, most)
        return best

    def _objects(self, bucket: str) -> Iterator[tuple[str, str]]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", []):
                yield each["Key"], each["ETag"].strip('"')


def _tag(content: bytes) -> str:
    """Return what S3 calls an object of this content ("ETag", of one that is uploaded at once)."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
