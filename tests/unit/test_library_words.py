"""The library is for every team: no word in it is about what this platform sells."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = re.compile(
    r"\b(vouchers?|tariffs?|campaigns?|energy|electricity|kwh|meter readings?|retailers?"
    r"|lambda_src|stages\.toml)\b",
    re.IGNORECASE,
)


def said(text: str) -> set[str]:
    return {match[0].lower() for match in OURS.finditer(text)}


@pytest.mark.parametrize("text", ["Pay a voucher.", "`lambda_src/shared`", "TARIFFS = 3"])
def test_such_a_word_is_found(text: str) -> None:
    assert said(text)


@pytest.mark.parametrize("package", ["blockwork", "constructs_lib"])
def test_the_library_has_none(package: str) -> None:
    files = [file for file in (ROOT / package).rglob("*.py") if "__pycache__" not in file.parts]
    found = {
        (file.relative_to(ROOT).as_posix(), word)
        for file in files
        for word in said(file.read_text("utf-8"))
    }

    assert files
    assert found == set()
