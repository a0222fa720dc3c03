"""The library is for synthesis first: what only tests need is not needed to import it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
ONLY_TESTS_NEED = ("pytest", "_pytest", "syrupy", "cfnlint")
PROGRAM = f"""
import sys
from importlib import import_module

for name in {ONLY_TESTS_NEED}:
    sys.modules[name] = None  # "import of … halted"
for module in sys.argv[1:]:
    import_module(module)
"""


def modules(package: str) -> list[str]:
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for file in sorted((ROOT / package).rglob("*.py"))
    ]


def test_the_library_is_imported_where_nothing_is_that_only_tests_need() -> None:
    of_tests = ("blockwork.testing", "blockwork.pytest_plugin", "blockwork.verification")
    # In functions, and in the emulator's own environment.
    elsewhere = ("constructs_lib.runtime.", "blockwork.local.emulator")
    names = [
        name
        for name in (*modules("constructs_lib"), *modules("blockwork"))
        if not name.startswith((*of_tests, *elsewhere))
    ]
    assert {"blockwork", "constructs_lib.blocks"} < {*names}

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_plugin_loads_nothing_before_a_test_asks() -> None:
    program = (
        "import sys, blockwork.pytest_plugin\n"
        "print({'aws_cdk', 'cfnlint', 'syrupy', 'constructs_lib', 'blockwork.testing'}"
        " & {*sys.modules})"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
