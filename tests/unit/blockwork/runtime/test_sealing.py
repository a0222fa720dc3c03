import string
from itertools import product

import pytest

from blockwork.runtime.sealing import WORD, for_purpose, seal, unseal
from tests.unit.blockwork.runtime.fakes import KnownKey

READ = for_purpose("read")
KEY = KnownKey()
LETTERS = string.ascii_letters + string.digits + "-_"
PLACES = (0, 1, 20, 43, 44, 50, -1)


@pytest.mark.parametrize("content", ["user-1", "ä 🙂", "x" * 1000, '"]'])
def test_a_text_comes_out_as_it_went_in(content: str) -> None:
    word = seal(content, signer=KEY, bound=READ)

    assert WORD.fullmatch(word)
    assert unseal(word, signer=KEY, bound=READ) == content


def test_a_word_is_good_for_its_purpose_alone() -> None:
    word = seal("user-1", signer=KEY, bound=READ)

    with pytest.raises(ValueError, match="another purpose"):
        unseal(word, signer=KEY, bound=for_purpose("write"))


@pytest.mark.parametrize("content", ["user-1", "user-12", "user-123"])
def test_no_word_can_be_changed_in_any_place(content: str) -> None:
    word = seal(content, signer=KEY, bound=READ)
    places = [range(len(word))[place] for place in PLACES]
    others = {word[:at] + other + word[at + 1 :] for at, other in product(places, LETTERS)}

    for changed in others - {word}:
        with pytest.raises(ValueError):  # noqa: PT011 -- for any reason
            unseal(changed, signer=KEY, bound=READ)


@pytest.mark.parametrize("word", ["", "a", "=", "AQ", "AQ==", "ä", "a b", "x" * 2000, "_" * 60])
def test_what_is_no_word_is_refused(word: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- for any reason
        unseal(word, signer=KEY, bound=READ)
