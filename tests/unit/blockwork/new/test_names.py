import pytest

from blockwork.new.names import (
    NewError,
    app_name,
    class_name,
    handler_name,
    module_name,
    plural,
    read_route,
    singular,
    words_of,
)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Orders", "lower-case words joined by _"),
        ("gift-cards", "lower-case words joined by _"),
        ("9lives", "lower-case words joined by _"),
        ("a__b", "lower-case words joined by _"),
        ("orders_", "lower-case words joined by _"),
        ("naïve", "lower-case words joined by _"),
        ("../etc", "lower-case words joined by _"),
        ("class", "no word of Python's own"),
        ("match", "no word of Python's own"),
        ("list", "no word of Python's own"),
        ("json", "hide none of Python's own modules"),
        ("shared", "no name that the app has already"),
        ("boto3", "no name that the app has already"),
        ("events", "no name that the app has already"),
        ("o" * 25, "24 characters at most, got 25"),
    ],
)
def test_a_name_that_would_not_work_is_refused_with_what_would(name: str, words: str) -> None:
    with pytest.raises(NewError, match=words) as refused:
        module_name(name, "a service's name")

    assert repr(name) in str(refused.value)


@pytest.mark.parametrize("name", ["orderPlaced", "Order_Placed", "ORDER", "Order Placed", "Class"])
def test_a_name_of_no_class_is_refused(name: str) -> None:
    with pytest.raises(NewError, match="an event's name must be"):
        class_name(name, "an event's name", "OrderPlaced")


@pytest.mark.parametrize("name", ["Shop", "my_shop", "-shop", "shop-", "", "s" * 25])
def test_a_name_of_no_app_is_refused(name: str) -> None:
    with pytest.raises(NewError, match="an app's name must be lower-case words"):
        app_name(name)


@pytest.mark.parametrize(
    "key",
    ["post /orders", "POST orders", "POST /", "ANY /orders", "POST /a b", "GET /{a-b}", "GET /a/"],
)
def test_what_is_no_route_is_refused(key: str) -> None:
    with pytest.raises(NewError, match="a route must be one of DELETE, GET, PATCH, POST, PUT"):
        read_route(key)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("POST /orders", "create_order"),
        ("GET /orders", "list_orders"),
        ("GET /orders/{orderId}", "get_order"),
        ("PUT /orders/{orderId}/address", "replace_address"),
        ("PATCH /gift-cards/{id}", "change_gift_card"),
        ("DELETE /{id}", "delete_root"),
    ],
)
def test_a_handler_is_called_after_its_route(key: str, name: str) -> None:
    assert handler_name(key) == name


def test_parameters_are_those_of_the_path() -> None:
    assert read_route("PUT /shops/{shop}/orders/{orderId}") == (
        "PUT",
        "/shops/{shop}/orders/{orderId}",
        ["shop", "orderId"],
    )


@pytest.mark.parametrize(
    ("many", "one"),
    [("orders", "order"), ("deliveries", "delivery"), ("boxes", "box"), ("passes", "pass")],
)
def test_one_of_several_is_called_as_english_has_it(many: str, one: str) -> None:
    assert (singular(many), plural(one)) == (one, many)


def test_a_service_that_is_no_plural_keeps_things_of_its_name() -> None:
    assert words_of("catalog", None)["things"] == "catalogs"
    assert words_of("catalog", "entry")["things"] == "entries"
    with pytest.raises(NewError, match=r"what a service keeps \(--thing\) must be no word"):
        words_of("catalog", "class")
