"""Pictures that documents show."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.svg"))
A_FOLDER = re.compile(r"(?<![\w~])/(?:home|root|tmp|work|Users|private)/")
LOADED = re.compile(r"(?:href=|url\()[\"']?(?!#)")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda file: file.name)
def test_a_picture_names_no_machine_and_loads_nothing(picture: Path) -> None:
    text = picture.read_text()

    assert A_FOLDER.findall(text) == []
    assert LOADED.findall(text) == []
    documents = (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    assert any(f"pictures/{picture.name}" in file.read_text() for file in documents)


def test_the_loop_is_shown_at_work() -> None:
    text = (ROOT / "docs" / "pictures" / "dev-loop.svg").read_text().replace("&#160;", " ")

    for line in (
        "lambda_src/catalog/handlers/list_products.py:",
        "SyntaxError",
        "→ 1 function",
        "status=200",
        "stacks/catalog.py",
    ):
        assert line in text
