from pathlib import Path

import pytest

from blockwork.dev.same_files import Sources


def put(folder: Path, name: str, text: str = "x = 1\n") -> str:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return str(file)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return tmp_path / "tmp" / "worker" / "code"


def test_a_source_and_its_copy_belong_together(tmp_path: Path, code: Path) -> None:
    source = put(tmp_path / "app", "src/orders/handler.py")
    place = put(code, "orders/handler.py")
    sources = Sources(tmp_path / "app")

    assert sources.places(source, [str(code)]) == [source, place]
    assert sources.source(place, [str(code)]) == source


def test_a_file_of_another_content_is_another_one(tmp_path: Path, code: Path) -> None:
    source = put(tmp_path / "app", "src/orders/handler.py", "x = 2\n")
    place = put(code, "orders/handler.py")
    sources = Sources(tmp_path / "app")

    assert sources.places(source, [str(code)]) == [source]
    assert sources.source(place, [str(code)]) == place


def test_functions_of_the_same_file_name_are_told_apart(tmp_path: Path, code: Path) -> None:
    put(tmp_path / "app", "one/index.py", "x = 1\n")
    wanted = put(tmp_path / "app", "two/index.py", "x = 2\n")
    place = put(code, "index.py", "x = 2\n")

    assert Sources(tmp_path / "app").source(place, [str(code)]) == wanted


def test_an_installed_package_is_the_source_of_a_layers(
    tmp_path: Path, code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = put(tmp_path / "lib" / "site-packages", "parcels/__init__.py")
    monkeypatch.syspath_prepend(tmp_path / "lib" / "site-packages")
    place = put(code, "parcels/__init__.py")

    assert Sources(tmp_path / "app").source(place, [str(code)]) == installed


def test_what_is_built_is_no_source(tmp_path: Path, code: Path) -> None:
    for folder in ("cdk.out/asset.1", ".venv/lib", "node_modules"):
        put(tmp_path / "app", f"{folder}/index.py")
    place = put(code, "index.py")

    assert Sources(tmp_path / "app").source(place, [str(code)]) == place
