"""What docs/readings.md says is what is written: of one meter, of which a customer has 25."""

import re
from pathlib import Path

import pytest

from tests.readings.measured import HALF_HOURS, VERSIONS, Counts, import_file, write_file

DOCS = Path(__file__).parents[4] / "docs" / "readings.md"
METERS = 25
DOLLARS_A_UNIT = 0.625e-6


def figures() -> dict[str, float]:
    table = DOCS.read_text().partition("| of 10.5 million rows | |")[2].partition("\n\n")[0]
    rows = re.findall(r"\| ([a-z ]+) \| ([0-9.,]+)( million)? \|", table)
    return {
        what: float(number.replace(",", "")) * (1e6 if millions else 1)
        for what, number, millions in rows
    }


def test_the_figures_of_a_customers_year_are_what_is_written(tmp_path: Path) -> None:
    path, counts = tmp_path / "year.csv", Counts()
    write_file(path, HALF_HOURS * VERSIONS)

    assert import_file(path, counts) == HALF_HOURS * VERSIONS

    assert figures() == {
        "bytes of the file": pytest.approx(METERS * path.stat().st_size, rel=0.05),
        "items": METERS * len(counts.items),
        "writes": METERS * counts.writes,
        "write units": pytest.approx(METERS * counts.units, rel=0.05),
        "bytes stored": pytest.approx(METERS * counts.stored_bytes, rel=0.05),
        "dollars for writing": pytest.approx(METERS * counts.units * DOLLARS_A_UNIT, rel=0.05),
    }
