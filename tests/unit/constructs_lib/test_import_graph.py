from pathlib import Path

import pytest

from constructs_lib.import_graph import modules_behind


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for package in ("orders", "orders/handlers", "shared", "billing"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    for module in ("orders/store", "orders/clock", "shared/money", "shared/mail", "billing/rates"):
        (tmp_path / f"{module}.py").write_text("")
    return tmp_path


def behind(source: Path, *lines: str) -> set[str] | None:
    """Return what a handler of these lines needs, besides itself and its packages."""
    (source / "orders" / "handlers" / "place.py").write_text("\n".join(lines))
    found = modules_behind("orders.handlers.place", {"orders": source, "shared": source})
    if found is None:
        return None
    names = set(found)
    assert names >= {"orders/__init__.py", "orders/handlers/__init__.py"}
    return names - {
        "orders/__init__.py",
        "orders/handlers/__init__.py",
        "orders/handlers/place.py",
        "shared/__init__.py",
    }


@pytest.mark.parametrize(
    "line",
    [
        "import orders.store",
        "import orders.store as kept, json",
        "from orders.store import Store",
        "from orders import store",
        "from orders import (\n    store,\n)",
        "from .. import store",
        "from ..store import Store",
        "def handler():\n    from orders import store",
        "try:\n    import orders.store\nexcept ImportError:\n    pass",
    ],
)
def test_a_module_is_found_however_it_is_imported(source: Path, line: str) -> None:
    assert behind(source, line) == {"orders/store.py"}


def test_what_an_imported_module_imports_is_needed_too(source: Path) -> None:
    (source / "orders" / "store.py").write_text("from shared import money")
    (source / "shared" / "money.py").write_text("from orders import store")

    assert behind(source, "from orders import store") == {"orders/store.py", "shared/money.py"}


def test_what_a_package_imports_is_needed_where_a_module_of_it_is(source: Path) -> None:
    (source / "shared" / "__init__.py").write_text("from shared.mail import send")

    assert behind(source, "import shared.money") == {"shared/money.py", "shared/mail.py"}


def test_a_module_itself_may_be_a_package(source: Path) -> None:
    (source / "orders" / "handlers" / "__init__.py").write_text("from ..clock import now")

    assert behind(source, "import json") == {"orders/clock.py"}


def test_packages_of_others_are_not_followed(source: Path) -> None:
    guarded = ["from typing import TYPE_CHECKING", "if TYPE_CHECKING:", "    import billing.rates"]

    assert behind(source, "import boto3, json, xml.sax", *guarded) == set()


@pytest.mark.parametrize(
    "line", ["import billing.rates", "from billing import rates", "import tax"]
)
def test_a_module_that_would_be_left_out_is_refused_with_the_line(source: Path, line: str) -> None:
    (source / "tax.py").write_text("")

    with pytest.raises(
        ValueError, match=r"place\.py:2: what is imported must be in orders, shared"
    ):
        behind(source, "import json", line)


@pytest.mark.parametrize(
    "line",
    [
        "load('orders.store')",
        "JOBS = {'store': 'orders.store:run'}",
        "CONFIG = {'class': 'orders.store.Handler'}",
    ],
)
def test_a_module_that_is_named_in_a_text_is_needed(source: Path, line: str) -> None:
    assert behind(source, line) == {"orders/store.py"}


def test_all_of_a_package_is_needed_where_a_star_may_mean_it(source: Path) -> None:
    (source / "shared" / "__init__.py").write_text("__all__ = ['money', 'mail']")

    assert behind(source, "from shared import *") == {"shared/money.py", "shared/mail.py"}


def test_a_package_needs_no_init(source: Path) -> None:
    (source / "orders" / "parts").mkdir()
    (source / "orders" / "parts" / "size.py").write_text("from ..clock import now")

    assert behind(source, "from orders.parts import size") == {
        "orders/parts/size.py",
        "orders/clock.py",
    }


@pytest.mark.parametrize("suffix", ["abi3.so", "pyc"])
def test_what_a_compiled_module_imports_is_not_known(source: Path, suffix: str) -> None:
    (source / "orders" / f"fast.{suffix}").write_text("")

    assert behind(source, "from orders import fast") is None


def test_what_is_no_python_is_refused_with_the_line(source: Path) -> None:
    with pytest.raises(ValueError, match=r"place\.py:2: this is no Python: "):
        behind(source, "import json", "def handler(:")


def test_a_change_is_noticed(source: Path) -> None:
    assert behind(source, "from orders import store") == {"orders/store.py"}

    assert behind(source, "from orders import clock # instead") == {"orders/clock.py"}


@pytest.mark.parametrize(
    "line",
    [
        "import importlib",
        "from importlib import import_module",
        "__import__(name)",
        "exec('import ' + name)",
        "import pickle",
    ],
)
def test_names_made_at_run_time_cannot_be_followed(source: Path, line: str) -> None:
    (source / "orders" / "store.py").write_text(line)

    assert behind(source, "from orders import store") is None
