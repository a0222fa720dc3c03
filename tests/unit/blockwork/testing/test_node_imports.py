"""What a function in Node.js imports must be in its bundle, in a layer or Lambda's own."""

from pathlib import Path

import pytest

from blockwork.testing.node_imports import missing
from tests.unit.blockwork.testing.assemblies import function, read, write_asset, write_stack
from tests.unit.blockwork.testing.test_bundles import zipped


@pytest.mark.parametrize(
    ("source", "lost"),
    [
        ('import yaml from "yaml";', {"yaml"}),
        ("import { parse, type Node } from 'yaml/dist/parse.js';", {"yaml"}),
        ('import {\n  parse,\n  stringify\n} from "yaml";', {"yaml"}),
        ('import "@scope/side-effects/now";', {"@scope/side-effects"}),
        ('export * from "yaml";', {"yaml"}),
        ('const yaml = await import("yaml");', {"yaml"}),
        ('const yaml = require("yaml");', {"yaml"}),
        ('import { S3 } from "@aws-sdk/client-s3";\nimport "@smithy/types";', set()),
        ('import fs from "fs/promises";\nimport path from "node:path";', set()),
        ('import { a } from "./a.mjs";\nimport b from "#blockwork/b.ts";', set()),
        ('export const yaml = "yaml";\nconst important = "x";\nme.require("x");', set()),
        ('// node_modules/theirs/i.js\nconst o = require("optional");', set()),
        ('import one from "one";\nimport two from "@two/two/x";', set()),
    ],
)
def test_an_import_that_nothing_brings_is_found(
    source: str, lost: set[str], tmp_path: Path
) -> None:
    code = zipped(
        tmp_path / "code.zip",
        {"index.mjs": source, "node_modules/one/index.js": 'import "whatever";'},
    )
    layer = zipped(tmp_path / "layer.zip", {"nodejs/node_modules/@two/two/x.js": ""})

    assert missing(code, [layer]) == ({"index.mjs": lost} if lost else {})


def test_the_rule_names_the_function_and_what_to_do(tmp_path: Path) -> None:
    key = write_asset(tmp_path / "app", "a" * 8, {"index.mjs": 'import "yaml";'})
    resource = function(key, "index.handler")
    resource["Properties"]["Runtime"] = "nodejs24.x"
    write_stack(tmp_path / "app", "Shop", {"Place": resource})

    from blockwork.testing.rules.bundles import imports

    (found,) = imports.check(read(tmp_path / "app"))
    assert found.says == (
        "index.mjs imports yaml, which neither the bundle, nor a layer, nor Lambda's runtime "
        "brings: bundle it"
    )
