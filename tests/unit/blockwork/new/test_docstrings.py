from pathlib import Path

import pytest

from blockwork.new.docstrings import fixtures, modules, public_names

TEA = '''"""Making tea."""

MILK = 1
"""A drop of it."""


class Tea:
    """A cup of tea, see :class:`~shop.Pot`,
    hot.

    Pour it::

        tea = Tea(
            milk=True
        )

    Then drink.
    """

    def let_drink(self) -> None:
        """Drink."""

    def _boil(self) -> None:
        """Boil."""


def brew() -> Tea:
    """Return one."""
'''


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "tea.py").write_text(TEA)
    (tmp_path / "shop" / "__init__.py").write_text(
        'from shop.tea import MILK, Tea\n\n__all__ = ["MILK", "Tea"]\n'
    )
    return tmp_path


def test_a_class_says_what_it_is_shows_an_example_and_what_it_offers(shop: Path) -> None:
    milk, tea = public_names(shop, "shop")

    assert (milk.name, milk.says, milk.example) == ("MILK", "A drop of it.", "")
    assert tea.says == "A cup of tea, see `shop.Pot`, hot."
    assert tea.example == "tea = Tea(\n    milk=True\n)"
    assert (tea.file, tea.offers) == ("shop/tea.py", ("let_drink",))


def test_a_module_says_what_it_is_and_what_it_defines(shop: Path) -> None:
    (tea,) = modules(shop, "shop")

    assert (tea.name, tea.says, tea.offers) == ("tea", "Making tea.", ("Tea", "brew"))


def test_a_name_that_is_nowhere_is_an_error(shop: Path) -> None:
    (shop / "shop" / "__init__.py").write_text(
        'from shop.tea import Coffee\n\n__all__ = ["Coffee"]\n'
    )

    with pytest.raises(LookupError, match=r"shop/tea\.py defines no Coffee"):
        public_names(shop, "shop")


def test_fixtures_are_told_from_other_functions(shop: Path) -> None:
    (shop / "plugin.py").write_text(
        'import pytest\n\n\n@pytest.fixture(scope="session")\ndef cup() -> None:\n'
        '    """Return a cup."""\n\n\ndef other() -> None:\n    """Nothing."""\n'
    )

    (cup,) = fixtures(shop, "plugin.py")

    assert (cup.name, cup.says) == ("cup", "Return a cup.")
