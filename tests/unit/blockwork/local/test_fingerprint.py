from pathlib import Path

from blockwork.local.fingerprint import fingerprint


def test_it_changes_with_the_content_the_names_and_the_values(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    seen = {fingerprint([tmp_path])}
    file.write_text("1")
    seen.add(fingerprint([tmp_path]))
    file.write_text("2")
    seen.add(fingerprint([tmp_path]))
    file.rename(tmp_path / "b.py")
    seen.add(fingerprint([tmp_path]))
    seen.add(fingerprint([tmp_path], 4566))

    assert len(seen) == 5


def test_what_is_built_or_hidden_does_not_count(tmp_path: Path) -> None:
    before = fingerprint([tmp_path])
    for name in ("__pycache__", "dist", "node_modules", ".cache"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("1")

    assert fingerprint([tmp_path]) == before


def test_a_missing_file_differs_from_an_empty_one(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    before = fingerprint([file])
    file.touch()

    assert fingerprint([file]) != before


def test_it_does_not_depend_on_where_the_checkout_lies(tmp_path: Path) -> None:
    for checkout in ("one", "two"):
        (tmp_path / checkout / "stacks").mkdir(parents=True)
        (tmp_path / checkout / "stacks" / "a.py").write_text("1")

    one, two = (fingerprint([tmp_path / name / "stacks"]) for name in ("one", "two"))
    assert one == two
