from pathlib import Path

import pytest

from blockwork.doctor import settings
from blockwork.doctor.examine import examine
from blockwork.doctor.settings import settings_findings


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    ports: set[int] = set()
    monkeypatch.setattr(settings, "is_taken", lambda port: port in ports)
    return ports


def test_an_app_that_says_nothing_has_no_fault(tmp_path: Path, taken: set[int]) -> None:
    assert taken == set()
    assert list(settings_findings(tmp_path, runs_here=lambda: False)) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.blockwork]\nevent = 'shop.events'\n", "unknown field `event`"),
        ("[tool.blockwork.local]\nport = 'x'\n", "Expected `int`, got `str`"),
        ("[tool.blockwork\n", "pyproject.toml cannot be read"),
        ("[tool.blockwork.testing]\nstage = ['Dev']\n", "keys must be of"),
    ],
)
def test_settings_that_cannot_be_read_are_a_problem(
    tmp_path: Path, taken: set[int], text: str, words: str
) -> None:
    (tmp_path / "pyproject.toml").write_text(text)

    (finding,) = settings_findings(tmp_path, runs_here=lambda: False)

    assert taken == set()
    assert finding.is_problem
    assert words in finding.what
    with pytest.MonkeyPatch.context() as patch:  # and all the rest is looked at
        patch.setattr("blockwork.doctor.examine.machine_findings", lambda *_: iter(()))
        assert len(list(examine(tmp_path / "cdk.out", tmp_path))) == 2


def test_ports_that_are_taken_are_told_unless_it_is_the_apps_own_stage(
    tmp_path: Path, taken: set[int]
) -> None:
    (tmp_path / "blockwork.toml").write_text("[local]\nport = 4600\n")
    taken |= {4600, 4603, 4566}

    (finding,) = settings_findings(tmp_path, runs_here=lambda: False)

    assert finding.what == "another program has the ports 4600 (AWS's APIs), 4603 (mails)"
    assert list(settings_findings(tmp_path, runs_here=lambda: True)) == []
