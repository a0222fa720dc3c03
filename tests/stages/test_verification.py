"""`make verify` of a stage deployed as AWS would be: green, red, and never a trace."""

import re

import pytest

from tests.stages.account import Account
from tests.stages.inventory import contents
from tests.stages.verifying import Verifier, may_verify, open_to_everybody
from tests.waiting import eventually, finish


@pytest.fixture(scope="module")
def verifier(dev: Account) -> Verifier:
    return Verifier(dev, may_verify(dev))


def test_it_is_verified_again_and_again_and_nothing_is_left_behind(
    dev: Account, verifier: Verifier
) -> None:
    before = contents(dev)

    for _ in range(2):
        done = verifier.run()

        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
        assert re.search(r"\b[1-9]\d+ passed", done.stdout)
        assert contents(dev) == before


def test_what_is_open_to_everybody_is_found_and_nothing_is_left_behind(
    dev: Account, verifier: Verifier
) -> None:
    before = contents(dev)

    with open_to_everybody(dev, "Identity", "GET /users"):
        done = verifier.run("-k", "every_other_one")

    assert done.returncode == 1, done.stdout + done.stderr
    failed = re.findall(r"^FAILED .*\[(.*)\]", done.stdout, re.MULTILINE)
    assert failed == ["identity: GET /users"], done.stdout
    assert contents(dev) == before


def test_who_is_told_to_end_leaves_nothing_behind(dev: Account, verifier: Verifier) -> None:
    before = contents(dev)

    with verifier.begin() as process:
        there = len(before["users"])
        eventually(lambda: len(contents(dev)["users"]), until=lambda number: number > there)
        process.terminate()  # as CI does with what takes too long
        said = finish(process)

    assert process.returncode == pytest.ExitCode.INTERRUPTED, said.stdout + said.stderr
    assert contents(dev) == before


@pytest.mark.parametrize(
    ("pattern", "written", "said"),
    [
        (r"4713829506(\d\d)", r"5713829506\1", "Your credentials are those of account 4713829506"),
        ("eu-west-2", "eu-west-3", "is not deployed in eu-west-3: there is no stack"),
    ],
)
def test_a_stage_of_another_account_or_region_is_not_touched(
    dev: Account, verifier: Verifier, pattern: str, written: str, said: str
) -> None:
    stages = dev.source / "stages.toml"
    before, content = contents(dev), stages.read_text()

    dev.edit(pattern, written)
    done = verifier.run()
    stages.write_text(content)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert said in done.stderr
    assert contents(dev) == before


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no usable AWS credentials"),
        ({"HTTPS_PROXY": "http://127.0.0.1:1"}, "/config.json must be JSON that says where"),
    ],
)
def test_what_stands_in_the_way_is_said(
    verifier: Verifier, missing: dict[str, str], said: str
) -> None:
    done = verifier.run(**missing)

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert said in done.stderr
