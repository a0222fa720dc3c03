"""Send a million rows through a running stage, and look whether every one of them is there.

`PYTHONPATH=lambda_src python -m tests.readings.million`, after `make up`: everything goes by the
public API, as the browser's uploads do. What goes in and what comes out is printed; it ends with 1
where a number does not hold: a row that is in no place or in two, or another sum of kWh.
"""

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from tests.conftest import RUNNING, pytest_configure
from tests.e2e.conftest import LastingTokens, aws, make_account, sign_in, sign_in_by_srp
from tests.e2e.uploading import (
    Uploader,
    deliver,
    killed_twice,
    ranges_of,
    worked_off,
)
from tests.readings.measured import ALL_VERSIONS, HALF_HOURS, meter_name, write_file

MILLION = 1_000_000
COLUMNS = ("", "rows", "accepted", "rejected", "stored", "kWh sent", "kWh stored", "seconds", "")
Meanwhile = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A file.

    :param thousandths: of a kWh, all rows together.
    """

    path: Path
    prefix: str
    rows: int
    versions: Sequence[int]
    thousandths: int

    @property
    def meters(self) -> list[str]:
        """The ids of the meters in it."""
        series = math.ceil(self.rows / HALF_HOURS)
        number = math.ceil(series / len(self.versions))
        return [meter_name(self.prefix, place) for place in range(number)]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came out of files, in thousandths of a kWh, too."""

    what: str
    files: Sequence[Sent]
    accepted: int
    rejected: int
    stored: int
    thousandths: int
    seconds: float

    @property
    def sent(self) -> tuple[int, int]:
        """How many rows went in, and their sum."""
        return sum(each.rows for each in self.files), sum(each.thousandths for each in self.files)

    @property
    def holds(self) -> bool:
        """Whether every row is there, once, and says what it said."""
        rows, thousandths = self.sent
        found = (self.accepted, self.rejected, self.stored, self.thousandths)
        return found == (rows, 0, rows, thousandths)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A stage, somebody who uploads there, and where the files lie.

    :param rows: of each case.
    """

    platform: dict[str, Any]
    administrator: LastingTokens
    uploader: Uploader
    folder: Path
    rows: int

    def outcomes(self) -> Iterator[Outcome]:
        """Do one case after the other."""
        plain = self._file(self.rows, ALL_VERSIONS)
        yield self._outcome("a file", [plain])
        yield self._outcome("the same file again", [plain])
        prefix, half = uuid4().hex, self.rows // 2
        both = [self._file(half, [version], prefix=prefix) for version in (1, 2)]
        yield self._outcome("two versions at once", both)
        mortal = self._file(self.rows, ALL_VERSIONS)
        yield self._outcome("its worker killed twice", [mortal], self._kill)
        twice = self._file(self.rows, ALL_VERSIONS)
        ranges = ranges_of(twice.path.read_bytes())
        again = partial(deliver, self.platform, self.uploader, ranges=ranges)
        yield self._outcome("each range delivered twice", [twice], lambda id_: again(import_id=id_))

    def _file(self, rows: int, versions: Sequence[int], *, prefix: str | None = None) -> Sent:
        prefix = prefix or uuid4().hex
        path = self.folder / f"{prefix}-{versions[0]}.csv"
        thousandths = write_file(path, rows, prefix=prefix, versions=versions)
        sent = Sent(path=path, prefix=prefix, rows=rows, versions=versions, thousandths=thousandths)
        for meter_id in sent.meters:
            self.uploader.register(meter_id, by=self.administrator)
        return sent

    def _outcome(
        self, what: str, files: Sequence[Sent], meanwhile: Meanwhile = lambda _: None
    ) -> Outcome:
        """Upload files at once, and read back all that is stored then."""
        begun = time.monotonic()
        with ThreadPoolExecutor(len(files)) as at_once:
            ids = list(
                at_once.map(lambda each: self.uploader.upload(each.path.read_bytes()), files)
            )
        meanwhile(ids[0])
        done = [self.uploader.ended(import_id) for import_id in ids]
        seconds = time.monotonic() - begun
        worked_off(self.platform)
        found = [
            self._stored(meter_id, version)
            for each in files
            for meter_id in each.meters
            for version in each.versions
        ]
        return Outcome(
            what=what,
            files=files,
            accepted=sum(each["accepted"] for each in done),
            rejected=sum(each["rejected"] for each in done),
            stored=sum(stored for stored, _ in found),
            thousandths=sum(thousandths for _, thousandths in found),
            seconds=seconds,
        )

    def _kill(self, import_id: str) -> None:
        kills = killed_twice(self.platform, partial(self.uploader.shown, import_id))
        if kills < 2:
            raise SystemExit(
                f"error: the import had ended after its worker was killed {kills} times, which must"
                " be 2: take more rows by --rows"
            )

    def _stored(self, meter_id: str, version: int) -> tuple[int, int]:
        """Read all of a meter's version page by page; return how many there are, and their sum."""
        path = f"/meters/{meter_id}/readings"
        number = thousandths = 0
        following: str | None = f"{path}?version={version}&limit=20000"
        while following:
            answer = self.uploader.call("GET", following, headers={"accept": "text/csv"})
            answer.raise_for_status()
            lines = answer.text.splitlines()[1:]
            number += len(lines)
            thousandths += sum(int(line.split(",")[1].replace(".", "")) for line in lines)
            following = answer.links.get("next", {}).get("url")
            following = following and path + following
        return number, thousandths


def told(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    """Say of each as soon as it is there, for who waits."""
    for each in outcomes:
        print(f"{each.what}: {each.seconds:.1f} s", file=sys.stderr, flush=True)
        yield each


def show(outcomes: Sequence[Outcome]) -> int:
    """Print what went in and what came out; return 1 if a number does not hold."""
    table = Table(box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="right" if column else "left")
    for each in outcomes:
        rows, thousandths = each.sent
        table.add_row(
            each.what,
            *(f"{number:,}" for number in (rows, each.accepted, each.rejected, each.stored)),
            *(f"{number / 1000:,.3f}" for number in (thousandths, each.thousandths)),
            f"{each.seconds:.1f}",
            "[green]✓[/]" if each.holds else "[red]✗[/]",
        )
    Console(highlight=False, width=140).print(table)
    return 0 if all(each.holds for each in outcomes) else 1


def main() -> int:
    """Make somebody who uploads, let everything go through, and take them away again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=MILLION, help="of each case")
    rows = parser.parse_args().rows
    pytest_configure()  # requests may take as long as those of tests
    file = Path(os.environ.get(RUNNING, Path(".local") / "platform.json"))
    platform = {**json.loads(file.read_text()), "directory": str(file.parent)}
    config = httpx.get(platform["configUrl"]).json()
    pool, pool_id = aws(platform, "cognito-idp"), config["userPoolId"]
    account = make_account(pool, pool_id, "customers")
    try:
        with (
            TemporaryDirectory() as folder,
            httpx.Client(base_url=config["apis"]["readings"]) as readings,
        ):
            signed_in = partial(sign_in_by_srp, config, account.email, account.password)
            proof = Proof(
                platform=platform,
                administrator=LastingTokens(lambda: sign_in(platform, config, "administrators")),
                uploader=Uploader(
                    readings=readings, tokens=LastingTokens(signed_in), user_id=account.user_id
                ),
                folder=Path(folder),
                rows=rows,
            )
            return show(list(told(proof.outcomes())))
    finally:
        pool.admin_delete_user(UserPoolId=pool_id, Username=account.email)


if __name__ == "__main__":
    sys.exit(main())
