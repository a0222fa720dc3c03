"""What is noted of a zip is read in its place, as long as it is the very zip."""

import zipfile
from pathlib import Path

import pytest

from constructs_lib.primitives import zips
from constructs_lib.primitives.zips import content_hash, noted, write_zip


@pytest.fixture
def built(tmp_path: Path) -> Path:
    file = tmp_path / "orders-orders.place_order.zip"
    write_zip({"orders.py": (0o644, b"1")}, file)
    return file


def refuse(_zipped: Path) -> str:
    raise AssertionError("the zip was read")


def test_a_zip_is_read_once_whoever_asks(built: Path) -> None:
    assert noted(built, "kit", lambda _zip: "a b") == "a b"
    assert noted(built, "packages", lambda _zip: "c") == "c"

    assert noted(built, "kit", refuse) == "a b"
    assert noted(built, "packages", refuse) == "c"


def test_an_empty_answer_is_one_too(built: Path) -> None:
    assert noted(built, "packages", lambda _zip: "") == ""
    assert noted(built, "packages", refuse) == ""


def test_another_zip_in_its_place_is_read_anew(built: Path) -> None:
    first = content_hash(built)
    noted(built, "kit", lambda _zip: "old")

    write_zip({"orders.py": (0o644, b"2")}, built)

    assert content_hash(built) != first
    assert noted(built, "kit", lambda _zip: "new") == "new"


@pytest.mark.parametrize("note", ["", "{", "[]", "null", "{}", '{"zip": [], "kit": "x"}'])
def test_a_note_that_cannot_be_read_counts_for_nothing(built: Path, note: str) -> None:
    built.with_suffix(".json").write_text(note)

    assert noted(built, "kit", lambda _zip: "true") == "true"
    assert noted(built, "kit", refuse) == "true"


def test_a_folder_that_nothing_can_be_written_to_has_no_notes(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_content: bytes, _file: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(zips, "write_whole", fail)

    assert noted(built, "kit", lambda _zip: "true") == "true"


def test_nothing_but_whole_zips_and_notes_is_left_in_the_folder(built: Path) -> None:
    content_hash(built)

    assert {file.suffix for file in built.parent.iterdir()} == {".zip", ".json"}
    assert zipfile.ZipFile(built).testzip() is None
