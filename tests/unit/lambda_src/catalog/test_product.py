import pytest
from catalog.domain.product import Description, Price, ProductName


@pytest.mark.parametrize(
    "text", ["0", "0.0000", "0.2450", "1", "12.5", "999999.9999", "1000000", "1000000.0000"]
)
def test_a_price_stays_exactly_as_it_was_given(text: str) -> None:
    assert str(Price(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "-0.01",
        "+1",
        "1000000.0001",
        "1000001",
        "0.24501",
        ".5",
        "5.",
        "00.5",
        "1e3",
        "1_000",
        "1,5",
        " 1",
        "1\n",
        "٣",
        "NaN",
        "Infinity",
        "0x10",
        "£5",
        "9" * 5000,
    ],
)
def test_any_other_price_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match='from "0" to "1000000" with at most 4 decimals') as error:
        Price(text)

    assert len(str(error.value)) < 150


@pytest.mark.parametrize(
    "text", ["x", "x" * 100, "Économie ⚡", "Day & <b>night</b>", "👩‍🔧 tariff"]
)
def test_a_name_stays_as_it_was_given(text: str) -> None:
    assert ProductName(text) == text


def test_a_name_is_trimmed() -> None:
    assert ProductName(" \t Day tariff\n") == "Day tariff"
    assert ProductName(" " * 500 + "x" * 100) == "x" * 100


@pytest.mark.parametrize(("text", "length"), [("", 0), ("   ", 0), ("x" * 101, 101)])
def test_a_name_must_have_1_to_100_characters(text: str, length: int) -> None:
    with pytest.raises(ValueError, match=f"must have 1 to 100 characters, got {length}"):
        ProductName(text)


@pytest.mark.parametrize(
    "control", ["\x00", "\n", "\t", "\x1b", "\x7f", "\x85", "\u2028", "\u202e"]
)
def test_a_name_must_have_no_control_characters(control: str) -> None:
    with pytest.raises(ValueError, match="must have no control characters, got"):
        ProductName(f"Day{control}tariff")


@pytest.mark.parametrize("text", ["", "x" * 1000, "  two\r\n\tlines  "])
def test_a_description_stays_as_it_was_given(text: str) -> None:
    assert Description(text) == text


def test_a_description_must_have_at_most_1000_characters() -> None:
    with pytest.raises(ValueError, match="must have at most 1000 characters, got 1001"):
        Description("x" * 1001)


@pytest.mark.parametrize("control", ["\x00", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u202e"])
def test_a_description_must_have_no_control_characters_but_layout(control: str) -> None:
    with pytest.raises(ValueError, match="but tabs and line ends, got"):
        Description(f"one{control}two")
