"""What the README says of the test kit."""

import re
from pathlib import Path

from blockwork.testing import RULES
from blockwork.testing.environment import environment
from blockwork.testing.lint import cfn_lint

README = Path(__file__).parents[4] / "README.md"


def test_the_readme_names_every_rule() -> None:
    section = README.read_text().partition("### Test your own app")[2].partition("\n## ")[0]
    table = section.partition("| rule |")[2]

    assert {*re.findall(r"`([a-z][a-z-]*)`", table)} == {
        *(rule.id for rule in RULES),
        environment.id,
        cfn_lint.id,
    }
