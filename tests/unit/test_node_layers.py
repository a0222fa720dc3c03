"""Services in TypeScript keep the layers that `lint-imports` holds in Python."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

SOURCE = Path(__file__).parents[2] / "lambda_src"
IMPORT = re.compile(r"""^(?:import\b[^"';]*|\} from )["']([^"']+)["']""", re.MULTILINE)


def imports() -> Iterator[tuple[PurePosixPath, str]]:
    """Yield each import of each module: its path in `lambda_src`, and what it imports there."""
    for file in sorted(SOURCE.rglob("*.ts")):
        module = PurePosixPath(file.relative_to(SOURCE).as_posix())
        for name in IMPORT.findall(file.read_text("utf-8")):
            inner = name.startswith(".")
            there = (file.parent / name).resolve()
            yield module, there.relative_to(SOURCE).as_posix() if inner else name


def test_the_domain_is_nodes_own_library_only() -> None:
    found = [(m, name) for m, name in imports() if m.parts[1] == "domain"]

    assert found
    for module, name in found:
        ours = f"{module.parts[0]}/domain/"
        assert name.startswith(("node:", ours)), f"{module} imports {name}"


def test_adapters_use_the_domain_and_know_nobody_above() -> None:
    for module, name in imports():
        if module.parts[1] == "adapters":
            above = re.fullmatch(rf"{module.parts[0]}/[^/]+\.ts", name)
            assert not above, f"{module} imports {name}"


def test_services_do_not_know_each_other() -> None:
    for module, name in imports():
        if not name.startswith(("#blockwork/", "node:", "@aws-sdk/")):
            assert name.split("/")[0] in (module.parts[0], "shared"), f"{module} imports {name}"
