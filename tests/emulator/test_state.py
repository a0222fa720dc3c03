"""What is left when the emulator, or a part of it, ends."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest

from blockwork.local.errors import CommandError
from blockwork.local.launch import Emulator, answers
from blockwork.local.processes import Group
from blockwork.local.toolchain import Toolchain
from tests.conftest import free_port
from tests.emulator.authenticator import Device
from tests.emulator.people import People
from tests.emulator.support import Aws, eventually, function, invoke, role
from tests.emulator.test_passkeys import Owner

QUICK = {"STATE_SAVE_SECONDS": "0.2"}
SOURCE = "def handler(event, context): return 'still here'"
TELLS_ITS_PROCESS = """
import os
def handler(event, context): return os.getpid()
"""


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator that nobody minds losing."""
    emulator = Emulator(tmp_path, settings=QUICK)
    yield emulator
    emulator.stop()


def start(emulator: Emulator) -> tuple[Aws, Group]:
    port = emulator.port or free_port()
    emulator.start(port=port, python=Toolchain().emulator_environment())
    assert emulator.group is not None
    return Aws(port), emulator.group


def test_a_killed_emulator_comes_back_with_its_state(mortal: Emulator) -> None:
    aws, group = start(mortal)
    aws.client("s3").create_bucket(
        Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"}
    )
    aws.client("s3").put_object(Bucket="kept", Key="a", Body=b"1")
    made = aws.deploy(
        "kept", {"Role": role(), "Function": function(SOURCE)}, name={"Ref": "Function"}
    )
    owner, device = Owner(pool_with_passkeys(aws), "kept-owner"), Device("http://localhost")
    passkey = owner.add(device)
    for service in ("cloudformation", "lambda", "iam"):
        eventually(partial(is_kept, mortal, service, "kept-"))
    eventually(partial(is_kept, mortal, "cognito", passkey))

    os.killpg(group.pid, signal.SIGKILL)
    eventually(lambda: not mortal.is_running())
    start(mortal)

    assert aws.client("s3").get_object(Bucket="kept", Key="a")["Body"].read() == b"1"
    assert aws.outputs("kept") == made
    assert invoke(aws, made["name"])["answer"] == "still here"
    assert owner.show(device)["AuthenticationResult"]["IdToken"]


def pool_with_passkeys(aws: Aws) -> People:
    cognito = aws.client("cognito-idp")
    ways = ["PASSWORD", "WEB_AUTHN"]
    pool = cognito.create_user_pool(
        PoolName="kept",
        UsernameAttributes=["email"],
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ways}},
    )["UserPool"]["Id"]
    cognito.set_user_pool_mfa_config(
        UserPoolId=pool, WebAuthnConfiguration={"RelyingPartyId": "localhost"}
    )
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="site",
        ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return People(aws, {"pool": pool, "client": client})


def is_kept(emulator: Emulator, service: str, text: str) -> bool:
    with closing(sqlite3.connect(emulator.state / "state.sqlite")) as database:
        asked = "SELECT count(*) FROM pieces WHERE service = ? AND instr(content, ?)"
        return bool(database.execute(asked, (service, text.encode())).fetchone()[0])


def runs(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def test_an_orderly_stop_leaves_nothing_running(mortal: Emulator) -> None:
    aws, group = start(mortal)
    resources = {"Role": role(), "Function": function(TELLS_ITS_PROCESS)}
    handler = invoke(aws, aws.deploy("gone", resources, name={"Ref": "Function"})["name"])["answer"]
    processes = group.members()
    assert handler in {process.pid for process in processes}
    assert len(processes) == 4  # watcher, gateway, providers, handler

    assert mortal.stop()

    # Who has ended may have to wait on a busy machine until somebody takes note of it.
    assert not [each for each in processes if runs(each)]
    assert not mortal.stop()


def test_a_crash_starts_the_emulator_again(mortal: Emulator) -> None:
    aws, group = start(mortal)
    gateway = next(p for p in group.members() if p.cmdline()[-1] == "blockwork.local.emulator")

    gateway.kill()

    eventually(lambda: not answers(aws.port))
    eventually(lambda: answers(aws.port))
    assert group.is_running()


def test_a_handler_nobody_calls_ends(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path, settings={"LAMBDA_WARM_TTL_SECONDS": "1"})
    aws, group = start(emulator)
    resources = {"Role": role(), "Function": function(TELLS_ITS_PROCESS)}
    name = aws.deploy("idle", resources, name={"Ref": "Function"})["name"]

    first = invoke(aws, name)["answer"]

    # A slow machine may see it no more once the answer has come, so its number says that it was.
    eventually(lambda: first not in {process.pid for process in group.members()})
    assert invoke(aws, name)["answer"] != first
    assert emulator.stop()


def test_an_emulator_that_cannot_start_says_why(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path, settings={"LAMBDA_WARM_TTL_SECONDS": "soon"})

    with pytest.raises(CommandError, match=r"ended while it was starting(.|\n)*'soon'"):
        start(emulator)

    assert not emulator.is_running()
