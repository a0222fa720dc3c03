import importlib.util
import os
import sys
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Annotations, Match, Template

from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService
from constructs_lib.primitives.python_build import build_code, build_function
from constructs_lib.primitives.zips import content_hash
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

HERE = BuildTarget.this_machine()


@pytest.fixture(autouse=True)
def _own_build_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def build(service: PythonService) -> Path:
    parts = [(service.source, service.name), (service.source, "shared")]
    return build_code(parts, service.target)


def test_the_code_holds_the_service_and_what_it_shares_and_nobody_elses(
    service: PythonService,
) -> None:
    names = zipfile.ZipFile(build(service)).namelist()

    assert [name for name in names if name.endswith(".py")] == [
        "orders/place_order.py",
        "shared/money.py",
    ]


def test_a_change_of_another_service_changes_nothing(service: PythonService) -> None:
    before = build(service)

    (service.source / "billing" / "secret_sauce.py").write_text("RATE = 8\n")

    assert build(service) == before


def test_a_change_of_the_service_makes_new_code(service: PythonService) -> None:
    before = build(service)

    (service.source / "shared" / "money.py").write_text("PENCE = 200\n")

    assert build(service) != before


def test_the_same_sources_give_the_same_bytes(service: PythonService) -> None:
    first = build(service)
    content = first.read_bytes()
    first.unlink()

    assert build(service).read_bytes() == content


def function_code(service: PythonService) -> Path:
    return build_function(
        build(service), "orders.place_order", lambda: service.modules("place_order")
    )


def test_a_function_gets_what_it_imports_with_its_bytecode_and_nothing_more(
    service: PythonService,
) -> None:
    folder = service.source / service.name
    (folder / "place_order.py").write_text("from shared.money import PENCE\n")
    (folder / "ship_order.py").write_text("def handler(event, context): ...\n")
    (folder / "terms.txt").write_text("by return")

    names = zipfile.ZipFile(function_code(service)).namelist()

    compiled = f"cpython-{sys.version_info.major}{sys.version_info.minor}.pyc"
    assert names == [
        f"orders/__pycache__/place_order.{compiled}",
        "orders/place_order.py",
        "orders/terms.txt",
        f"shared/__pycache__/money.{compiled}",
        "shared/money.py",
    ]


def test_a_change_of_what_a_function_does_not_import_gives_it_the_same_bytes(
    service: PythonService,
) -> None:
    before = function_code(service).read_bytes()

    (service.source / "shared" / "money.py").write_text("PENCE = 200\n")
    same = function_code(service).read_bytes()
    (service.source / service.name / "place_order.py").write_text("import shared.money\n")
    other = function_code(service).read_bytes()

    assert before == same != other


def test_a_function_that_imports_by_names_of_its_own_gets_the_whole_service(
    service: PythonService,
) -> None:
    (service.source / service.name / "place_order.py").write_text("import importlib\n")

    assert function_code(service) == build(service)


def test_its_bytecode_stays_valid_whatever_date_a_zip_gives_the_files(
    service: PythonService, tmp_path: Path
) -> None:
    unzipped = tmp_path / "task"
    zipfile.ZipFile(build(service)).extractall(unzipped)
    source = unzipped / "orders" / "place_order.py"

    bytecode = Path(importlib.util.cache_from_source(str(source))).read_bytes()

    # PEP 552: bit 0 says hash-based, bit 1 says to check the source; 1 means never looked at again.
    assert int.from_bytes(bytecode[4:8], "little") == 1


def test_functions_of_a_stack_share_one_layer(
    stack: Stack, service: PythonService, tmp_path: Path
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{pinned(local_wheel(tmp_path))}\n")
    with_packages = replace(service, requirements=requirements)

    for name in ("First", "Second"):
        PythonFunction(stack, name, service=with_packages, entry="place_order")

    template = Template.from_stack(stack)
    template.resource_count_is("AWS::Lambda::LayerVersion", 1)
    (layer,) = template.find_resources("AWS::Lambda::LayerVersion")
    template.all_resources_properties("AWS::Lambda::Function", {"Layers": [{"Ref": layer}]})


def test_code_for_another_interpreter_goes_without_bytecode_and_a_deployment_says_so(
    stack: Stack, service: PythonService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{pinned(local_wheel(tmp_path))}\n")
    other = replace(service, requirements=requirements, target=BuildTarget(python="3.13"))
    monkeypatch.setattr(BuildTarget, "interpreter", None)

    PythonFunction(stack, "PlaceOrder", service=other, entry="place_order")

    names = zipfile.ZipFile(build(other)).namelist()
    assert names == ["orders/place_order.py", "shared/money.py"]
    (note,) = Annotations.from_stack(stack).find_info("*", Match.any_value())
    assert "no python3.13 that runs is here to write bytecode with" in str(note.entry.data)


def test_a_package_that_is_a_link_is_carried_as_what_it_leads_to(
    service: PythonService, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "vat.py").write_text("RATE = 20\n")
    (service.source / "orders" / "tax").symlink_to(tmp_path / "elsewhere")
    (service.source / "orders" / "rates.py").symlink_to(tmp_path / "elsewhere" / "vat.py")
    before = build(service)

    archive = zipfile.ZipFile(before)
    assert archive.read("orders/tax/vat.py") == archive.read("orders/rates.py") == b"RATE = 20\n"
    (tmp_path / "elsewhere" / "vat.py").write_text("RATE = 5\n")
    assert build(service) != before


def nowhere(folder: Path) -> None:
    (folder / "lost.py").symlink_to("moved_away.py")


def endless(folder: Path) -> None:
    (folder / "again").symlink_to(folder)


def alike(folder: Path) -> None:
    (folder / "Place_order.py").write_text("")


def no_text(folder: Path) -> None:
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.py")).write_text("")


def no_file(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (nowhere, r"lost\.py is a link to moved_away\.py, where nothing is: remove it"),
        (endless, r"again is a link to a folder that it lies in, .*remove the link"),
        (alike, r"(?i)place_order\.py and .*place_order\.py are one file .*rename one"),
        (no_text, r"a name must be text in UTF-8, got 'orders/caf\\udce9\.py': rename it"),
        (no_file, r"pipe must be a file, a folder or a link to one: remove it"),
    ],
)
def test_what_a_zip_cannot_carry_is_refused(
    service: PythonService, put: Callable[[Path], None], message: str
) -> None:
    put(service.source / "orders")

    with pytest.raises(ValueError, match=message):
        build(service)


def test_the_hash_of_an_asset_is_that_of_what_it_was_made_from(
    service: PythonService, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = build(service)
    for file in service.source.rglob("*.py"):
        file.chmod(0o700)
        os.utime(file, (0, 0))
    monkeypatch.setattr(BuildTarget, "interpreter", None)
    monkeypatch.setattr(zlib, "Z_DEFAULT_COMPRESSION", 1)  # as another build of zlib

    elsewhere = build(service)

    assert here.read_bytes() != elsewhere.read_bytes()
    assert content_hash(here) == content_hash(elsewhere)
    (service.source / "orders" / "place_order.py").write_text("changed = True\n")
    assert content_hash(build(service)) != content_hash(elsewhere)


@pytest.mark.parametrize("order", [(sys.executable, None), (None, sys.executable)])
def test_a_template_names_assets_by_that_hash_whatever_was_built_before_in_its_folder(
    service: PythonService,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    order: tuple[str | None, ...],
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"{pinned(local_wheel(tmp_path))}\n")
    templates = []

    for interpreter in order:
        monkeypatch.setattr(BuildTarget, "interpreter", interpreter)
        app = App(analytics_reporting=False, builtin_cloud_formation_validation=False)
        with_packages = replace(service, requirements=requirements)
        PythonFunction(Stack(app, "S"), "F", service=with_packages, entry="place_order")
        assembly = app.synth()
        templates.append(assembly.get_stack_by_name("S").template)
        zips = list(Path(assembly.directory).glob("asset.*.zip"))
        assert len(zips) == 2
        for file in zips:
            names = zipfile.ZipFile(file).namelist()
            assert any(name.endswith(".pyc") for name in names) == bool(interpreter)

    assert templates[0] == templates[1]


def test_code_that_is_not_the_targets_python_is_refused(service: PythonService) -> None:
    (service.source / "orders" / "old.py").write_text("print 'no'\n")

    with pytest.raises(ValueError, match=r"(?s)not all modules are Python 3\.\d+:.*orders/old\.py"):
        build(service)


@pytest.mark.parametrize("name", ["json", "email", "my-orders"])
def test_a_package_that_would_hide_another_is_refused(service: PythonService, name: str) -> None:
    (service.source / name).mkdir()

    with pytest.raises(ValueError, match=f"name must be a package that hides none .*'{name}'"):
        replace(service, name=name)
    with pytest.raises(ValueError, match=f"shared must be a package that hides none .*'{name}'"):
        replace(service, shared=(name,))


def test_a_service_that_is_no_folder_is_refused(service: PythonService) -> None:
    with pytest.raises(ValueError, match=r"name must be a folder of .*, got 'ordres'"):
        replace(service, name="ordres")


def test_requirements_that_are_no_file_are_refused(service: PythonService) -> None:
    with pytest.raises(ValueError, match=r"requirements must be a pinned file, got nowhere\.txt"):
        replace(service, requirements=Path("nowhere.txt"))
