import re
import time
from fnmatch import fnmatchcase
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shared.permissions import (
    Action,
    Permission,
    Resource,
    claim_of,
    permissions_in,
)

ACTIONS = st.from_regex(r"[A-Za-z0-9_*-]{1,64}", fullmatch=True).map(Action)
RESOURCES = st.from_regex(r"[A-Za-z0-9_*/.-]{1,128}", fullmatch=True).map(Resource)
PERMISSIONS = st.builds(Permission, ACTIONS, RESOURCES)
# Few letters, so that patterns and texts often meet.
PATTERNS = st.text("ab*", min_size=1, max_size=8)
TEXTS = st.text("ab", max_size=8)


def permission(text: str) -> Permission:
    return Permission.parse(text)


@pytest.mark.parametrize(
    ("granted", "action", "resource", "allowed"),
    [
        ("write:products", "write", "products", True),
        ("write:products", "read", "products", False),
        ("write:products", "write", "vouchers", False),
        ("write:products", "write", "products/p1", False),
        ("write:products", "write", "product", False),
        ("write:products", "Write", "products", False),
        ("write:products", "", "", False),
        ("write:products/*", "write", "products/p1", True),
        ("write:products/*", "write", "products/", True),
        ("write:products/*", "write", "products", False),
        ("write:products*", "write", "products", True),
        ("write:products*", "write", "products/p1/prices", True),
        ("*:products", "delete", "products", True),
        ("*:products", "delete", "vouchers", False),
        ("write:*", "write", "anything/at.all", True),
        ("write:*", "read", "anything", False),
        ("*:*", "grant", "permissions", True),
        ("*:*", "", "", True),
        ("re*:*s", "read", "products", True),
        ("re*:*s", "read", "product", False),
        ("read:a*b*c", "read", "aXbYc", True),
        ("read:a*b*c", "read", "abc", True),
        ("read:a*b*c", "read", "acb", False),
        ("read:ab*ba", "read", "aba", False),
        ("read:a*a", "read", "a", False),
        ("read:*ab*ab*", "read", "ab", False),
        ("read:*ab*ab*", "read", "abab", True),
        ("read:a.c", "read", "abc", False),
        ("read:**", "read", "x", True),
        # What is asked for as a whole must be allowed as a whole.
        ("write:products/*", "write", "products/*", True),
        ("write:products/p1", "write", "products/*", False),
        ("write:*", "write", "*", True),
        ("write:products", "*", "products", False),
    ],
)
def test_a_permission_allows_what_its_patterns_match(
    granted: str, action: str, resource: str, allowed: bool
) -> None:
    assert permission(granted).allows(action, resource) is allowed


@given(pattern=PATTERNS, text=TEXTS)
def test_a_star_stands_for_what_it_stands_for_in_a_shell(pattern: str, text: str) -> None:
    assert Permission(Action("a"), Resource(pattern)).allows("a", text) is fnmatchcase(
        text, pattern
    )


@given(one=PATTERNS, other=PATTERNS, text=TEXTS)
def test_who_covers_another_allows_all_that_it_allows(one: str, other: str, text: str) -> None:
    wide, narrow = Permission(Action(one), Resource("r")), Permission(Action(other), Resource("r"))

    if wide.covers(narrow) and narrow.allows(text, "r"):
        assert wide.allows(text, "r")


@given(one=PATTERNS, other=PATTERNS)
def test_who_does_not_cover_another_lacks_something(one: str, other: str) -> None:
    wide, narrow = Permission(Action("a"), Resource(one)), Permission(Action("a"), Resource(other))

    # A letter that is in neither pattern stands for everything that a star may be.
    witness = other.replace("*", "z")
    assert narrow.allows("a", witness)
    assert wide.covers(narrow) is wide.allows("a", witness)


@given(one=PERMISSIONS)
def test_a_permission_covers_itself_and_everything_covers_it(one: Permission) -> None:
    assert one.covers(one)
    assert permission("*:*").covers(one)


@given(PERMISSIONS)
def test_the_compact_form_is_read_as_it_was_written(one: Permission) -> None:
    assert permission(str(one)) == one


@given(st.frozensets(PERMISSIONS, max_size=20))
def test_a_claim_grants_what_was_put_into_it(granted: frozenset[Permission]) -> None:
    assert permissions_in(claim_of(granted)) == granted


@given(
    st.lists(PERMISSIONS, max_size=20).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_a_claim_does_not_depend_on_the_order(
    both: tuple[list[Permission], list[Permission]],
) -> None:
    assert claim_of(both[0]) == claim_of(both[1])


@pytest.mark.parametrize(
    "claim",
    [
        None,
        "",
        " ",
        7,
        True,
        [],
        ["write:products"],
        {"write": "products"},
        "write",
        "write:",
        ":products",
        "write:products ",
        " write:products",
        "write:products  list:users",
        "write:products,list:users",
        "write:products\n",
        "write:products\tlist:users",
        "write:products list",
        "write:products list:users:more",
        "[write:products]",
        '["write:products"]',
        "write/x:products",
        "écrire:products",
        "write:" + "x" * 129,
        "x" * 65 + ":products",
    ],
)
def test_a_claim_that_is_missing_empty_or_broken_grants_nothing(claim: object) -> None:
    assert permissions_in(claim) == frozenset()


@given(st.text())
def test_whatever_a_claim_says_it_grants_only_what_it_says(claim: str) -> None:
    for one in permissions_in(claim):
        assert str(one) in claim.split(" ")


@pytest.mark.parametrize("text", ["a", "A-z_09*", "*", "x" * 64])
def test_an_action_stays_as_it_was_given(text: str) -> None:
    assert Action(text) == text


@pytest.mark.parametrize("text", ["", "a b", "a:b", "a/b", "a.b", "é", "a\n", "x" * 65])
def test_any_other_action_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be 1 to 64 letters, digits, _, - or \*, got"):
        Action(text)


@pytest.mark.parametrize("text", ["a", "products/p1.v2_x-y*", "*", "x" * 128])
def test_a_resource_stays_as_it_was_given(text: str) -> None:
    assert Resource(text) == text


@pytest.mark.parametrize("text", ["", "a b", "a:b", "é", "a\n", "x" * 129])
def test_any_other_resource_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match=r"must be 1 to 128 letters, digits") as error:
        Resource(text)

    assert len(str(error.value)) < 120


@pytest.mark.parametrize("text", ["", "write", "write products", "x" * 5000])
def test_a_compact_form_without_a_colon_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape("must be `action:resource`, got")) as error:
        permission(text)

    assert len(str(error.value)) < 120


def test_a_pattern_made_to_be_slow_is_not() -> None:
    # Backtracking would try every way to part the text among the stars: 64 times as many here.
    slow = Permission(Action("a"), Resource("*a*a*b"))

    def took(length: int) -> float:
        times = [time.process_time()]
        for _ in range(10):
            assert not slow.allows("a", "a" * length)
            times.append(time.process_time())
        return min(after - before for before, after in pairwise(times))

    assert took(1200) < 16 * took(300)
    assert not Permission(Action("a"), Resource("*a" * 63 + "*b")).allows("a", "a" * 100_000)
