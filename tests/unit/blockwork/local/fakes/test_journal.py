from pathlib import Path

from blockwork.local.fakes import Journal


def test_what_was_noted_is_there_after_the_process(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "journal.jsonl"
    assert Journal(file).entries() == []
    Journal(file).note({"a": 1})
    Journal(file).note({"b": "é\n"})

    assert Journal(file).entries() == [{"a": 1}, {"b": "é\n"}]


def test_half_a_line_of_a_process_that_was_killed_is_none(tmp_path: Path) -> None:
    file = tmp_path / "journal.jsonl"
    Journal(file).note({"a": 1})
    with file.open("ab") as torn:
        torn.write(b'{"b": 2')

    assert Journal(file).entries() == [{"a": 1}]

    Journal(file).note({"c": 3})
    assert Journal(file).entries() == [{"a": 1}, {"c": 3}]
