import io
from pathlib import Path

from rich.console import Console

from blockwork.dev.terminal import Terminal, names
from blockwork.local.logs import Line


def terminal() -> tuple[Terminal, io.StringIO]:
    said = io.StringIO()
    return Terminal(Path("/app"), Console(file=said, highlight=False, soft_wrap=True)), said


def test_an_error_is_said_once_until_it_is_mended() -> None:
    shown, said = terminal()
    for _ in range(2):
        shown.failed("stack", "/app/stack.py:3: SyntaxError: no")
    assert said.getvalue().count("✗ stack.py:3: SyntaxError: no") == 1

    shown.mended("stack")
    shown.failed("stack", "/app/stack.py:3: SyntaxError: no")
    assert said.getvalue().count("✗ stack.py:3: SyntaxError: no") == 2


def test_the_log_does_not_say_again_what_a_save_was_told() -> None:
    shown, said = terminal()
    stack = (
        '[ERROR] Runtime.ImportModuleError\n  File "/app/a.py", line 3\n    x = (\nSyntaxError: no'
    )
    shown.failed("a", "/app/a.py:3: SyntaxError: no")
    shown.log(Line(time=0, function="f", message=stack))
    assert "ImportModuleError" not in said.getvalue()

    shown.mended("a")
    shown.log(Line(time=0, function="f", message=stack))
    assert 'File "a.py", line 3' in said.getvalue()


def test_what_functions_log_is_shown_as_it_is() -> None:
    shown, said = terminal()
    shown.log(Line(time=0, function="f", level="ERROR", message="[bold]no markup[/]"))
    assert "[bold]no markup[/]" in said.getvalue()


def test_many_files_are_counted() -> None:
    paths = [Path(f"/app/{name}.py") for name in "dcba"]
    assert names(paths, Path("/app")) == "a.py, b.py, c.py and 1 more"
