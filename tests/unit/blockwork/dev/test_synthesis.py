"""An app is synthesised again and again in one process, as `cdk synth` does it each time."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from blockwork.dev import synthesis
from blockwork.dev.kept_process import KeptProcess
from blockwork.dev.synthesis import CannotWarmError, SynthError, SynthServer
from tests.unit.blockwork.dev.conftest import APP, ORDERS, SmallApp
from tests.waiting import eventually


def template(assembly: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((assembly / "Shop.template.json").read_text())
    return content


def process_of(server: SynthServer) -> psutil.Process:
    assert server._current
    return psutil.Process(server._current._process.pid)


QUEUE = '        queue = aws_sqs.Queue(self, "Queue")\n'
SAID = '        cdk.CfnOutput(self, "Said", value=str(self.node.try_get_context("said")))\n'
MORE = """
        for at in range(3):
            file = Path(__file__).parent / "scratch"
            file.write_text(f"{DESCRIPTION} {at}")
            aws_s3_assets.Asset(self, f"Scratch{at}", path=str(file))
"""
SAVES = (
    ORDERS.replace(SAID, f"{MORE}{SAID}"),
    ORDERS.replace(QUEUE, f'        aws_sqs.Queue(self, "First", fifo=True)\n{QUEUE}'),
    ORDERS.replace('"Queue")', '"Queue", delivery_delay=cdk.Duration.seconds(3))'),
    ORDERS.replace(SAID, '        cdk.CfnOutput(self, "Arn", value=queue.queue_arn)\n'),
    ORDERS,
)


def test_what_a_process_makes_after_others_is_what_a_fresh_one_makes(
    app: SmallApp, server: SynthServer, tmp_path: Path
) -> None:
    for at, text in enumerate(SAVES):
        app.write("shop/orders.py", text)
        server.synthesize()
        app.write("shop/names.py", f'DESCRIPTION = "{at}"\n')
        kept = server.synthesize()
        assert server.foreseen > 0

        fresh = tmp_path / str(at)
        variables = app.server(output=fresh)._variables()
        del variables["JSII_NODE"]  # as the CDK's command line runs it
        subprocess.run([sys.executable, "app.py"], cwd=app.folder, env=variables, check=True)
        names = sorted(file.relative_to(fresh) for file in fresh.rglob("*") if file.is_file())
        assert {Path("Shop.template.json"), Path("manifest.json")} < {*names}
        for name in names:
            assert (kept / name).read_bytes() == (fresh / name).read_bytes(), name


def test_the_last_of_two_saves_of_one_size_within_a_second_counts(
    app: SmallApp, server: SynthServer
) -> None:
    seconds = 1_700_000_000
    for nanoseconds, word in enumerate(("black", "white")):
        file = app.write("shop/names.py", f'DESCRIPTION = "{word}"\n')
        os.utime(file, ns=(seconds * 10**9 + nanoseconds,) * 2)
        assembly = server.synthesize()

    assert template(assembly)["Description"] == "white"


def test_an_asset_is_staged_as_it_is_now(app: SmallApp, server: SynthServer) -> None:
    before = template(server.synthesize())["Outputs"]["At"]
    app.write("shop/page/index.html", "other")

    assert template(server.synthesize())["Outputs"]["At"] != before


def test_a_syntax_error_is_named_by_file_and_line_and_mended_by_the_next_save(
    app: SmallApp, server: SynthServer
) -> None:
    broken = app.write("shop/names.py", 'OTHER = 1\nDESCRIPTION = "first\n')

    with pytest.raises(SynthError) as raised:
        server.synthesize()
    assert (raised.value.file, raised.value.line) == (broken, 2)
    assert "SyntaxError" in str(raised.value)

    app.write("shop/names.py", 'DESCRIPTION = "mended"\n')
    assert template(server.synthesize())["Description"] == "mended"


def test_an_exception_is_named_by_the_innermost_line_of_the_app(
    app: SmallApp, server: SynthServer
) -> None:
    file = app.write(
        "shop/orders.py", ORDERS.replace('Queue(self, "Queue")', 'Queue(self, "Queue", fifo=3)')
    )

    with pytest.raises(SynthError) as raised:
        server.synthesize()

    line = ORDERS.splitlines().index('        queue = aws_sqs.Queue(self, "Queue")') + 1
    assert (raised.value.file, raised.value.line) == (file, line)
    assert "app.py" in raised.value.trace


@pytest.mark.parametrize(
    "check",
    [
        "cdk.Annotations.of(queue).add_error('too few')",
        "queue.node.add_validation(Never())",
    ],
)
def test_an_error_of_the_cdk_is_named_by_the_line_that_made_the_construct(
    app: SmallApp, server: SynthServer, check: str
) -> None:
    said = ORDERS.replace("        asset =", f"        {check}\n        asset =").replace(
        "class Orders",
        "import jsii, constructs\n@jsii.implements(constructs.IValidation)\nclass Never:\n"
        "    def validate(self):\n        return ['too few']\n\nclass Orders",
    )
    file = app.write("shop/orders.py", said)

    with pytest.raises(SynthError, match=r"too few") as raised:
        server.synthesize()

    line = said.splitlines().index('        queue = aws_sqs.Queue(self, "Queue")') + 1
    assert (raised.value.file, raised.value.line) == (file, line)
    assert "Shop/Queue" in str(raised.value)


def test_what_an_app_says_as_it_gives_up_is_its_error(app: SmallApp, server: SynthServer) -> None:
    app.write("app.py", "import sys\nsys.exit('error: no stage')\n")

    with pytest.raises(SynthError, match="error: no stage"):
        server.synthesize()


def test_an_app_that_makes_nothing_is_told_how(app: SmallApp, server: SynthServer) -> None:
    app.write("app.py", APP.replace("app.synth()", ""))

    with pytest.raises(SynthError, match=r"app\.synth\(\)"):
        server.synthesize()


def test_what_an_app_changes_in_its_process_is_gone_the_next_time(
    app: SmallApp, server: SynthServer
) -> None:
    app.write("app.py", "import os, sys\nos.environ['A'] = 'b'\nos.chdir('/')\nsys.path[:] = []\n")
    with pytest.raises(SynthError):
        server.synthesize()
    app.write("app.py", f"import os\nassert 'A' not in os.environ\n{APP}")

    server.synthesize()


def test_a_changed_context_is_read_by_another_process(app: SmallApp, server: SynthServer) -> None:
    assert template(server.synthesize())["Outputs"]["Said"]["Value"] == "a"
    before = process_of(server)
    app.write("cdk.json", json.dumps({"app": "python3 app.py", "context": {"said": "other"}}))

    assert template(server.synthesize())["Outputs"]["Said"]["Value"] == "other"
    assert not before.is_running()
    after = process_of(server)
    server.synthesize()
    assert process_of(server) == after


def test_a_line_that_the_app_writes_is_passed_on(app: SmallApp) -> None:
    said: list[str] = []
    app.write("app.py", "print('hello')\n")
    with app.server(say=said.append) as server, pytest.raises(SynthError):
        server.synthesize()

    assert "hello" in said


def test_one_that_has_grown_is_replaced_by_one_that_is_ready(
    app: SmallApp, server: SynthServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synthesis, "MOST_MEMORY", 1)
    monkeypatch.setattr(KeptProcess, "memory", lambda _self: 2)
    server.synthesize()
    before = process_of(server)
    eventually(lambda: server._next is None or server._next.has_answered())

    server.synthesize()

    assert process_of(server) != before
    assert not before.is_running()


def test_one_whose_nodejs_has_gone_is_replaced(app: SmallApp, server: SynthServer) -> None:
    server.synthesize()
    (node,) = process_of(server).children()
    node.kill()
    eventually(lambda: node.status() == psutil.STATUS_ZOMBIE)

    with pytest.raises(SynthError):
        server.synthesize()
    server.synthesize()


def test_a_killed_parent_leaves_nothing(app: SmallApp, tmp_path: Path) -> None:
    app.write("app.py", f"{APP}import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(1000)\n")
    code = (
        "import sys; from pathlib import Path; from blockwork.dev.synthesis import SynthServer\n"
        f"SynthServer(Path({str(app.folder)!r}), python=Path(sys.executable),"
        " say=lambda line: print(line, flush=True)).synthesize()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    try:
        assert parent.stdout
        kept = psutil.Process(int(parent.stdout.readline()))  # it is at work
        (node,) = kept.children()
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.communicate()
    eventually(lambda: not kept.is_running() and not node.is_running())

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command",
    [
        "npx ts-node app.ts",
        "python3 app.py && true",
        "python3 -c pass",
        "python3",
        "APP=1 python3 a.py",
    ],
)
def test_an_app_that_is_no_program_in_python_is_left_to_the_cdk(
    tmp_path: Path, command: str
) -> None:
    (tmp_path / "cdk.json").write_text(json.dumps({"app": command}))

    with pytest.raises(CannotWarmError, match="the app must be"):
        SynthServer(tmp_path)


def test_an_app_that_looks_values_up_is_left_to_the_cdk(app: SmallApp, server: SynthServer) -> None:
    vpc = "cdk.aws_ec2.Vpc.from_lookup(self, 'Vpc', vpc_id='vpc-1')"
    app.write(
        "shop/orders.py",
        ORDERS.replace("        asset =", f"        {vpc}\n        asset =").replace(
            "description=DESCRIPTION",
            "env=cdk.Environment(account='1' * 12, region='eu-west-2')",
        ),
    )

    with pytest.raises(CannotWarmError, match="looks values up"):
        server.synthesize()


def test_the_library_is_kept_until_a_file_of_it_changes(app: SmallApp, server: SynthServer) -> None:
    count = "import itertools\nCOUNT = itertools.count()\n"
    app.write("constructs_lib/__init__.py", "")
    app.write("constructs_lib/counting.py", count)
    parts = app.write("constructs_lib/parts/text.py", "TEXT = 'a'\n")
    app.write("shop/counting.py", count)
    app.write(
        "shop/names.py",
        "from constructs_lib.counting import COUNT\nfrom shop import counting\n"
        "DESCRIPTION = f'{next(COUNT)} {next(counting.COUNT)}'\n",
    )

    def counted() -> tuple[int, int]:
        kept, ours = map(int, template(server.synthesize())["Description"].split())
        return kept, ours

    first, _ = counted()
    assert counted() == (first + 1, 0)
    parts.write_text("TEXT = 'b'\n")
    assert [counted(), counted()] == [(0, 0), (1, 0)]
