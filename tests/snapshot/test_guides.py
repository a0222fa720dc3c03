"""AGENTS.md and llms.txt say what the docstrings and the command's help say."""

import re

from blockwork.command.commands import COMMANDS
from blockwork.new.guides import SHIPPED, agents, commands, stale


def test_the_guides_are_those_of_the_docstrings() -> None:
    assert stale() == [], "write them: make guides"


def test_the_rules_name_commands_that_there_are() -> None:
    rules = (SHIPPED / "rules.md").read_text("utf-8")
    named = set(re.findall(r"blockwork ([a-z-]+)", rules))

    assert named
    assert named - set(COMMANDS) == set()


def test_every_command_stands_in_the_guide() -> None:
    text = agents()

    assert len(list(commands())) > 15
    assert [words for words, _ in commands() if f"`{words}`" not in text] == []
