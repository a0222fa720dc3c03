"""The runtime kit of functions in Node.js, as the wheel brings it."""

import subprocess
from pathlib import Path

import blockwork.node


def test_sources_that_are_not_bundled_find_it_by_what_is_registered(tmp_path: Path) -> None:
    (tmp_path / "place.ts").write_text(
        'import { log } from "#blockwork/log.ts";\nlog.warn("x" as string);\n'
    )

    done = subprocess.run(
        ["node", "--import", blockwork.node.register(), "place.ts"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == ""
    assert '"level":"WARN","message":"x"' in done.stdout


def test_it_imports_nothing_but_itself_node_and_awss_sdk() -> None:
    for file in Path(blockwork.node.__file__).parent.glob("*.ts"):
        for line in file.read_text().splitlines():
            if " from " in line and line.startswith(("import ", "} from")):
                source = line.split(" from ")[1].strip('";')
                assert source.startswith(("./", "node:", "@aws-sdk/")), f"{file.name}: {line}"
