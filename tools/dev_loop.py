"""What `make bench` saves of this platform, see :mod:`blockwork.bench.saves`."""

import json
import re

from blockwork.bench.own_stage import OwnStage
from blockwork.bench.saves import Save
from blockwork.local.places import REPOSITORY

SMALL_PACKAGE = "iniconfig"
"""One that our own lock has and no function does."""


def products(stage: OwnStage) -> str:
    """Return the answer of a public route."""
    config = json.loads(stage.get(stage.told["configUrl"]))
    return stage.get(f"{config['apis']['catalog']}/products?limit=1")


def with_package(text: str, word: str) -> str:
    """Return a lock with the package for every other word."""
    lock = (REPOSITORY / "requirements-dev.txt").read_text()
    found = re.search(rf"^{SMALL_PACKAGE}==(?:.*\\\n)+.*\n", lock, re.MULTILINE)
    assert found
    without = text.replace(found[0], "")
    return without if int(word[1]) % 2 else without + found[0]


SAVES = (
    Save(
        what="a handler",
        file="lambda_src/catalog/handlers/list_products.py",
        edit=lambda text, word: text.replace('{"products"', f'{{"{word}": "", "products"'),
        look=products,
        bound=0.5,
    ),
    Save(
        what="a module that handlers share",
        file="lambda_src/catalog/handlers/product_json.py",
        edit=lambda text, word: text.replace('"productId":', f'"{word}": "", "productId":', 1),
        look=products,
        bound=0.5,
    ),
    Save(
        what="a source of the site",
        file="site/index.html",
        edit=lambda text, word: text.replace("</title>", f" {word}</title>"),
        look=lambda stage: stage.get(stage.told["siteUrl"]),
        bound=0.5,
    ),
    Save(
        what="a stack",
        file="stacks/catalog.py",
        edit=lambda text, word: f'{text}        cdk.CfnOutput(self, "Bench", value="{word}")\n',
        look=lambda stage: json.dumps(stage.outputs("Local-Catalog")),
        bound=1.5,
    ),
    Save(
        what="the lock of a layer",
        file="lambda_src/requirements.txt",
        edit=with_package,
        look=lambda stage: json.dumps(stage.layers("-ListProducts")),
        bound=1.5,
        words=False,
    ),
)
