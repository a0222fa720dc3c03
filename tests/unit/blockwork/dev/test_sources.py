import json
import shutil
import zipfile
from pathlib import Path

import pytest

from blockwork.dev.sources import AppFolder, Deployed, Sources, read_functions, sources_of


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app's folder with two services, what they share, and what no function is made of."""
    folder = tmp_path / "app"
    for name, text in {
        "src/orders/place.py": "from orders import words\n",
        "src/orders/words.py": "WORD = 1\n",
        "src/orders/ship.py": "from shared import units\n",
        "src/orders/note.txt": "a note",
        "src/shared/units.py": "UNIT = 1\n",
        "plain/index.py": "import helper\n",
        "plain/helper.py": "",
        "other/index.py": "import helper\n",
        "node_modules/plain/index.py": "import helper\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def zipped(app: Path, *names: str) -> Path:
    code = app.parent / f"{len(names)}-{names[0].replace('/', '.')}.zip"
    with zipfile.ZipFile(code, "w") as archive:
        for name in names:
            archive.write(app / "src" / name, name)
    return code


def function(code: Path, handler: str, runtime: str = "python3.14") -> Deployed:
    return Deployed(
        stack="Orders", region="", id="Place", runtime=runtime, handler=handler, code=code
    )


def found(code: Path, handler: str, app: Path) -> Sources:
    sources = sources_of(function(code, handler), AppFolder(app))
    assert sources is not None
    return sources


def test_a_bundle_follows_what_its_entry_imports(app: Path) -> None:
    code = zipped(app, "orders/place.py", "orders/words.py", "orders/note.txt")
    sources = found(code, "orders.place.handler", app)

    assert sources.files() == {
        name: str(app / "src" / name)
        for name in ("orders/note.txt", "orders/place.py", "orders/words.py")
    }

    (app / "src/orders/place.py").write_text("from orders import later\n")
    (app / "src/orders/later.py").write_text("")
    assert sources.files().keys() == {"orders/place.py", "orders/later.py", "orders/note.txt"}


def test_it_may_also_import_what_another_function_of_its_service_does(app: Path) -> None:
    place = found(zipped(app, "orders/place.py", "orders/words.py"), "orders.place.handler", app)
    ship = found(zipped(app, "orders/ship.py", "shared/units.py"), "orders.ship.handler", app)
    (app / "src/orders/words.py").write_text("from shared import units\n")

    with pytest.raises(ValueError, match=r"words.py:1: what is imported must be in orders"):
        place.files()
    assert "shared/units.py" in place.beside(ship).files()


def test_a_folder_that_is_zipped_whole_has_all_that_is_in_it(app: Path) -> None:
    asset = app.parent / "asset.1"
    shutil.copytree(app / "plain", asset)
    (app / "plain" / "index.py").write_text("import helper  # edited since\n")
    sources = found(asset, "index.handler", app)

    assert sources.files()["helper.py"] == str(app / "plain" / "helper.py")


def test_what_was_left_out_stays_out(app: Path) -> None:
    code = zipped(app, "orders/place.py", "orders/ship.py", "shared/units.py")
    sources = found(code, "orders.ship.handler", app)
    assert app / "src/orders/words.py" in sources.left_out
    assert "orders/words.py" not in sources.files()

    (app / "src/orders/later.py").write_text("")
    assert "orders/later.py" in sources.files()


def test_a_function_of_other_sources_or_in_another_language_is_none(app: Path) -> None:
    (app / "src/orders/words.py").write_text("WORD = 'something else altogether'\n")
    strange = app.parent / "strange.zip"
    with zipfile.ZipFile(strange, "w") as archive:
        archive.writestr("made/elsewhere.py", "")
    folder = AppFolder(app)

    assert sources_of(function(strange, "made.elsewhere.handler"), folder) is None
    code = zipped(app, "orders/place.py")
    assert sources_of(function(code, "orders.place.handler", "nodejs24.x"), folder) is None


def test_a_folder_that_happens_to_have_the_same_names_is_not_the_one(app: Path) -> None:
    asset = app.parent / "asset.2"
    asset.mkdir()
    for name in ("index.py", "helper.py", "more.py"):
        (asset / name).write_text(f"{name} = 'deployed'\n")
        (app / "other" / name).write_text("another = 'app'\n")
    package = asset / "package"
    shutil.copytree(asset, package)
    shutil.copytree(app / "other", app / "other" / "package")
    (package / "helper.py").write_text("another = 'app'\n")

    assert sources_of(function(asset, "index.handler"), AppFolder(app)) is None


def test_functions_are_read_from_an_assembly_and_its_stages(tmp_path: Path) -> None:
    (tmp_path / "code.zip").write_bytes(b"")
    inner = tmp_path / "assembly-dev"
    for folder, code in ((tmp_path, "code.zip"), (inner, "../code.zip")):
        folder.mkdir(exist_ok=True)
        artifacts = {
            "Orders.assets": {
                "type": "cdk:asset-manifest",
                "properties": {"file": "Orders.assets.json"},
            },
            "Orders": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/unknown-region",
                "properties": {"templateFile": "Orders.json", "stackName": folder.name},
                "dependencies": ["Orders.assets"],
            },
        }
        stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}
        more = {} if folder == inner else {"Dev": stage}
        (folder / "manifest.json").write_text(json.dumps({"artifacts": {**artifacts, **more}}))
        properties = {"Code": {"S3Key": "1.zip"}, "Runtime": "python3.14", "Handler": "a.b"}
        resources = {
            "Place": {"Type": "AWS::Lambda::Function", "Properties": properties},
            "Inline": {
                "Type": "AWS::Lambda::Function",
                "Properties": {"Code": {"ZipFile": "pass"}, "Handler": "index.handler"},
            },
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {}},
        }
        (folder / "Orders.json").write_text(json.dumps({"Resources": resources}))
        files = {"1": {"source": {"path": code}, "destinations": {"d": {"objectKey": "1.zip"}}}}
        (folder / "Orders.assets.json").write_text(json.dumps({"files": files}))

    read = sorted((each.stack, each.id, each.region) for each in read_functions(tmp_path))

    assert read == sorted([(tmp_path.name, "Place", ""), ("assembly-dev", "Place", "")])
