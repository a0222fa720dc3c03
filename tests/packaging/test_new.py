import ast
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from blockwork.dev.debugging import write_launch_json
from blockwork.new import cli
from blockwork.new.layout import Layout
from blockwork.new.names import NewError
from tests.packaging.conftest import ROOT


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an app as it is made, which no test changes."""
    folder = tmp_path_factory.mktemp("made") / "shop"
    done = CliRunner().invoke(cli.app, ["app", str(folder), "--no-synth"])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def shop(pristine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(pristine, folder)
    monkeypatch.chdir(folder)
    return folder


def call(*words: str) -> Result:
    return CliRunner().invoke(cli.app, list(words))


def made(*words: str) -> dict[str, list[str]]:
    done = call(*words, "--json")
    assert done.exit_code == 0, done.output
    said: dict[str, list[str]] = json.loads(done.stdout)
    return said


def texts(folder: Path) -> dict[str, str]:
    files = [
        file for file in folder.rglob("*") if file.is_file() and ".ruff_cache" not in str(file)
    ]
    return {file.relative_to(folder).as_posix(): file.read_text() for file in files}


def test_an_app_is_whole_and_says_what_to_do_next(tmp_path: Path) -> None:
    done = call("app", str(tmp_path / "back-office"), "--service", "deliveries", "--no-synth")

    assert done.exit_code == 0, done.output
    assert "  + stacks/deliveries.py\n" in done.stdout
    assert "\nNext:\n  cd " in done.stdout
    assert "  blockwork local up\n" in done.stdout
    files = texts(tmp_path / "back-office")
    assert (
        'SOURCE: ClassVar[str] = "back-office.deliveries"' in files["lambda_src/shared/events.py"]
    )
    assert '"POST /deliveries"' in files["stacks/deliveries.py"]
    assert 'APP = "BackOffice"' in files["stacks/base.py"]
    del files["AGENTS.md"]  # which has examples of JSONata
    marks = re.compile(r"(?<!\$)\{\{ |\{%")
    assert [name for name, text in files.items() if marks.search(text)] == []


def test_the_flags_of_the_cdk_are_those_that_we_have(pristine: Path) -> None:
    assert (pristine / "cdk.json").read_text() == (ROOT / "cdk.json").read_text()


def test_the_command_line_of_the_cdk_is_ours(pristine: Path) -> None:
    ours = json.loads((ROOT / "package.json").read_text())["devDependencies"]["aws-cdk"]

    assert f"npx aws-cdk@{ours} deploy" in (pristine / "README.md").read_text()


def test_nothing_is_overwritten_unless_it_is_meant(shop: Path) -> None:
    before = texts(shop)
    stack = shop / "stacks" / "orders.py"
    stack.write_text(stack.read_text() + "\nMINE = 1\n")

    refused = call("service", "orders", "--no-synth")

    assert refused.exit_code == 1
    assert "nothing was written, because" in refused.stderr
    assert "stacks/orders.py. Take another name, or overwrite them by --force" in refused.stderr
    assert stack.read_text().endswith("MINE = 1\n")
    assert made("service", "orders", "--no-synth", "--force")["made"] == ["stacks/orders.py"]
    assert texts(shop) == before


@pytest.mark.parametrize(
    "words",
    [
        ("service", "gift_cards"),
        ("route", "PUT /orders/{id}"),
        ("route", "GET /orders", "--public"),
        ("event", "OrderCancelled"),
        ("block", "OrderArchive"),
    ],
)
def test_the_second_time_nothing_changes(shop: Path, words: tuple[str, ...]) -> None:
    options = [] if words[0] == "block" else ["--no-synth"]
    first = made(*words, *options)
    before = texts(shop)

    second = made(*words, *options)

    assert first["made"] or first["changed"]
    assert (second["made"], second["changed"], second["byHand"]) == ([], [], [])
    assert texts(shop) == before


def test_a_service_is_wired_and_has_an_event_of_its_own(shop: Path) -> None:
    said = made("service", "gift_cards", "--no-synth")

    assert said["changed"] == ["lambda_src/shared/events.py", "app.py"]
    app = (shop / "app.py").read_text()
    assert "from stacks.gift_cards import GiftCardsStack\n" in app
    assert '    GiftCardsStack(app, "GiftCards", stage=stage, foundation=foundation)\n' in app
    assert "class GiftCardCreated(Event" in (shop / "lambda_src/shared/events.py").read_text()


def test_a_route_is_wired_and_a_public_one_is_named_in_the_test(shop: Path) -> None:
    made("route", "GET /orders", "--public", "--no-synth")

    stack = (shop / "stacks" / "orders.py").read_text()
    assert 'api.route("GET /orders", list_orders, authorizer=PUBLIC)' in stack
    assert "import PUBLIC, BusinessApi" in stack
    assert '    "GET /orders",\n' in (shop / "tests" / "test_templates.py").read_text()
    again = call("route", "GET /orders", "--name", "all_orders", "--no-synth")
    assert (again.exit_code, "has the route 'GET /orders' already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("file", "words", "lines"),
    [
        (
            "app.py",
            ("service", "gift_cards"),
            [
                "from stacks.gift_cards import GiftCardsStack",
                'GiftCardsStack(app, "GiftCards", stage=stage, foundation=foundation)',
            ],
        ),
        (
            "stacks/orders.py",
            ("route", "GET /orders"),
            [
                "list_orders = PythonFunction(",
                '    self, "ListOrders", service=service, entry="handlers.list_orders"',
                ")",
                'api.route("GET /orders", list_orders, authorizer=signed_in)',
            ],
        ),
    ],
)
def test_where_the_place_is_gone_the_lines_are_said(
    shop: Path, file: str, words: tuple[str, ...], lines: list[str]
) -> None:
    path = shop / file
    path.write_text(path.read_text().replace("# blockwork new", "# something else"))
    before = path.read_text()

    done = call(*words, "--no-synth")

    assert done.exit_code == 0
    assert f"  ! add this to {file} yourself, because its line '# blockwork new" in done.stdout
    for line in lines:
        assert f"      {line}\n" in done.stdout
    assert path.read_text() == before


def test_a_file_that_is_no_python_is_left_alone(shop: Path) -> None:
    (shop / "app.py").write_text("for\n")

    (by_hand,) = made("service", "gift_cards", "--no-synth")["byHand"]

    assert by_hand["file"] == "app.py"  # type: ignore[index]
    assert by_hand["because"] == "its line 1 is no Python"  # type: ignore[index]


def test_what_the_app_lays_out_its_own_way_stays_so(shop: Path) -> None:
    app = shop / "app.py"
    app.write_text(app.read_text().replace("app = cdk.App()", "app   =   cdk.App()"))

    made("service", "gift_cards", "--no-synth")

    assert "app   =   cdk.App()" in app.read_text()
    ast.parse(app.read_text())


def test_of_several_services_one_has_to_be_named(shop: Path) -> None:
    made("service", "gift_cards", "--no-synth")

    refused = call("event", "OrderPaid", "--no-synth")

    assert refused.exit_code == 1
    assert "--service must be one of gift_cards, orders, got none" in refused.stderr
    assert "got 'shops'" in call("event", "OrderPaid", "--service", "shops").stderr


def test_a_name_that_cannot_be_used_is_an_error_and_makes_nothing(shop: Path) -> None:
    before = texts(shop)

    for words in (("service", "json"), ("route", "orders"), ("event", "paid"), ("block", "Queue")):
        refused = call(*words)
        assert (refused.exit_code, refused.stderr.startswith("error: ")) == (1, True), words
    assert texts(shop) == before


def test_outside_of_an_app_the_way_to_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(NewError, match=r"no cdk\.json there nor in a folder above"):
        Layout.of(tmp_path)


def test_an_app_that_is_laid_out_otherwise_is_told_what_it_lacks(shop: Path) -> None:
    (shop / "stacks" / "base.py").unlink()
    pyproject = shop / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('events = "shared.events"\n', ""))

    with pytest.raises(NewError) as refused:
        Layout.of(shop / "stacks")

    assert "it lacks stacks/base.py; the key events in pyproject.toml" in str(refused.value)
    pyproject.write_text(
        pyproject.read_text().replace("[tool.blockwork]\n", "[tool.blockwork]\nx = 1\n")
    )
    with pytest.raises(NewError, match=r"\[tool.blockwork\]: Object contains unknown field `x`"):
        Layout.of(shop)


def test_the_guide_of_the_library_is_brought_up_to_date(shop: Path) -> None:
    guide = shop / "AGENTS.md"
    assert guide.read_text() == (ROOT / "AGENTS.md").read_text()
    guide.write_text("# Of an older version\n")

    assert "AGENTS.md" in call("guide").stderr
    assert made("guide", "--force")["made"] == ["AGENTS.md"]
    assert guide.read_text() == (ROOT / "AGENTS.md").read_text()


def test_an_editor_attaches_as_the_loop_has_it(pristine: Path, tmp_path: Path) -> None:
    write_launch_json(tmp_path)

    file = Path(".vscode") / "launch.json"
    assert json.loads((pristine / file).read_text()) == json.loads((tmp_path / file).read_text())
