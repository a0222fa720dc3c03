from pathlib import Path

import pytest

from blockwork.command.settings import SettingsError, read_settings
from blockwork.companions import Companion, FakeService, addresses

SAID = """
[[local.fakes]]
name = "carrier"
code = "fakes.carrier:carrier"
variable = "CARRIER_URL"

[[local.fakes]]
name = "weather"
code = "fakes.weather:weather"
path = "/"
variable = "WEATHER_URL"

[[local.companions]]
name = "cache"
command = ["python", "cache.py", "{port}"]

[[local.companions]]
name = "search"
command = ["search", "{port}"]
variable = "SEARCH_URL"
"""


def test_functions_are_told_the_addresses_that_settings_name_a_variable_for(tmp_path: Path) -> None:
    (tmp_path / "blockwork.toml").write_text(SAID)
    local = read_settings(tmp_path).local

    assert addresses(local.fakes, local.companions, 5000) == {
        "CARRIER_URL": "http://127.0.0.1:5002/carrier",
        "WEATHER_URL": "http://127.0.0.1:5002",
        "SEARCH_URL": "http://127.0.0.1:5005",
    }
    assert local.fakes[0].made_of == ("fakes/carrier", "fakes/carrier.py")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('fakes = [{name = "a", code = "fakes.a"}]', r'code must be "module:name", got .fakes.a.'),
        ('fakes = [{name = "a", code = "a:a", path = "a"}]', "path must begin with /, got 'a'"),
        ('fakes = [{name = "a", code = "a:a", port = 7}]', "unknown field `port`"),
        ('companions = [{name = "a", command = []}]', "at least one word .companion a"),
    ],
)
def test_what_cannot_be_played_is_refused_where_it_stands(
    tmp_path: Path, entry: str, message: str
) -> None:
    (tmp_path / "blockwork.toml").write_text(f"[local]\n{entry}\n")

    with pytest.raises(SettingsError, match=message) as refused:
        read_settings(tmp_path)
    assert str(tmp_path / "blockwork.toml") in str(refused.value)


def test_the_sources_of_a_fake_can_be_said() -> None:
    fake = FakeService(name="a", code="a.b:c", sources=("a",))

    assert fake.made_of == ("a",)
    assert Companion(name="b", command=("b",)).variable is None
