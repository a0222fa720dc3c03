import json
import re
import string

from blockwork.local.account import Account
from tools.seed import PRODUCTS, User, as_json, make_password


def test_passwords_are_random_and_have_every_kind_of_character() -> None:
    passwords = {make_password() for _ in range(50)}

    assert len(passwords) == 50
    for password in passwords:
        assert len(password) >= 12
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_"):
            assert set(kind) & set(password)


def test_every_seeded_product_fits_the_contract() -> None:
    for product in json.loads(PRODUCTS.read_text()):
        assert set(product) == {"name", "description", "price", "currency", "unit"}
        assert 1 <= len(product["name"]) <= 100
        assert len(product["description"]) <= 1000
        assert re.fullmatch(r"\d+(\.\d{1,4})?", product["price"])
        assert product["currency"] in ("GBP", "EUR", "USD")
        assert product["unit"] in ("kWh", "day", "month")


def test_the_platform_file_says_where_everything_is() -> None:
    user = User(email="a@example.com", password="secret", groups=("customers",))

    assert as_json(Account(4570), [user]) == {
        "siteUrl": "http://localhost:4571",
        "configUrl": "http://localhost:4571/config.json",
        "emulatorUrl": "http://localhost:4570",
        "providersUrl": "http://localhost:4572",
        "region": "eu-west-2",
        "users": [{"email": "a@example.com", "password": "secret", "groups": ("customers",)}],
    }
