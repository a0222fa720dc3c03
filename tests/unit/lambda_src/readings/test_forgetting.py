"""Of a user who is gone nothing is left, and whoever was stopped at it goes on."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from readings.domain import forgetting
from readings.domain.forgetting import OwnImport
from readings.domain.packing import Entries, PageKey
from readings.domain.registry import MeterPage
from readings.handlers.forget_user import forget_user
from shared.events import UserDeleted

from blockwork.runtime.envelope import Envelope
from tests.unit.lambda_src.readings.fakes import InMemoryReadings, KilledError

NOW = datetime(2026, 3, 1, tzinfo=UTC)
MONTH = 2026 * 12


class Everything:
    """What is kept of user-2 and user-3; a worker dies after so many deletions.

    The ports `OwnImports` and `OwnMeters`.
    """

    def __init__(self, *, dies_after: int = 1000) -> None:
        self.left = dies_after
        self.imports = {("user-2", "i1"): ["parts/1"], ("user-2", "i2"): [], ("user-3", "i3"): []}
        self.running = {"i1", "i3"}
        self.files = Files(self)
        self.owners = {f"m{number}": "user-2" for number in range(5)} | {"m9": "user-3"}
        self.readings = Readings(self)
        for meter_id in self.owners:
            self.readings.merge({PageKey(meter_id, 1, MONTH): Entries([(0, 1, 0)])})
        self.waited: list[float] = []

    def survive(self) -> None:
        self.left -= 1
        if not self.left:
            raise KilledError

    def of(self, user_id: str) -> Sequence[OwnImport]:
        return [
            OwnImport(import_id=name, keys=keys, is_over=name not in self.running)
            for (owner, name), keys in self.imports.items()
            if owner == user_id
        ]

    def stop(self, user_id: str, import_id: str) -> bool:
        self.survive()
        return True

    def forget(self, user_id: str, import_id: str) -> None:
        self.survive()
        self.imports.pop((user_id, import_id), None)

    def wait(self, seconds: float) -> None:
        """Let who is at a range write the last of it."""
        self.waited.append(seconds)
        self.files.kept.add("parts/2")
        self.imports["user-2", "i1"].append("parts/2")

    def tell(self) -> None:
        forget_user(
            Envelope.of(UserDeleted(user_id="user-2"), correlation_id="c1", id_="e1", time=NOW),
            imports=self,
            files=self.files,
            meters=Registry(self),
            pages=self.readings,
            seconds=180,
            sleep=self.wait,
        )


class Registry:
    """The port `OwnMeters`."""

    def __init__(self, everything: Everything) -> None:
        self._everything = everything

    def page(self, user_id: str, *, limit: int, after: str | None) -> MeterPage:
        own = sorted(
            meter_id
            for meter_id, owner in self._everything.owners.items()
            if owner == user_id and (after is None or meter_id > after)
        )
        more = len(own) > limit
        return MeterPage(own[:limit], own[limit - 1] if more else None)

    def forget(self, meter_id: str, *, user_id: str) -> None:
        self._everything.survive()
        if self._everything.owners.get(meter_id) == user_id:
            del self._everything.owners[meter_id]


class Readings(InMemoryReadings):
    """The port `Pages`."""

    def __init__(self, everything: Everything) -> None:
        super().__init__()
        self._everything = everything

    def forget(self, meter_id: str) -> None:
        self._everything.survive()
        super().forget(meter_id)


class Files:
    """The port `OwnFiles`."""

    def __init__(self, everything: Everything) -> None:
        self._everything = everything
        self.kept = {"uploads/i1", "parts/1", "uploads/i2", "uploads/i3"}

    def remove(self, user_id: str, import_id: str, keys: Sequence[str]) -> None:
        self._everything.survive()
        self.kept -= {f"uploads/{import_id}", *keys}


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)


@pytest.mark.parametrize("dies_after", range(1, 17))
def test_all_is_forgotten_that_is_the_user_s_and_nothing_else(dies_after: int) -> None:
    everything = Everything(dies_after=dies_after)

    for _ in range(2):
        try:
            everything.tell()
        except KilledError:
            assert set(everything.owners) >= {key.meter_id for key in everything.readings.pages}

    assert set(everything.waited) == {180}
    assert everything.imports == {("user-3", "i3"): []}
    assert everything.files.kept == {"uploads/i3"}
    assert everything.owners == {"m9": "user-3"}
    assert {key.meter_id for key in everything.readings.pages} == {"m9"}


def test_where_nothing_is_imported_nobody_is_waited_for() -> None:
    everything = Everything()
    everything.running = {"i3"}

    everything.tell()

    assert everything.waited == []
    assert everything.imports == {("user-3", "i3"): []}
