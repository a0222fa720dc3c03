import pytest

from blockwork.runtime.sealing import WORD, for_purpose, seal, unseal
from tests.unit.blockwork.runtime.fakes import KnownKey

READ = for_purpose("read")
KEY = KnownKey()


@pytest.mark.parametrize("content", ["user-1", "ä 🙂", "x" * 1000, '"]'])
def test_a_text_comes_out_as_it_went_in(content: str) -> None:
    word = seal(content, signer=KEY, bound=READ)

    assert WORD.fullmatch(word)
    assert unseal(word, signer=KEY, bound=READ) == content


def test_a_word_is_good_for_its_purpose_alone() -> None:
    word = seal("user-1", signer=KEY, bound=READ)

    with pytest.raises(ValueError, match="another purpose"):
        unseal(word, signer=KEY, bound=for_purpose("write"))


def test_no_word_can_be_changed_in_any_place() -> None:
    word = seal("user-1", signer=KEY, bound=READ)

    for place in range(len(word)):
        for other in ("A", "z"):
            changed = word[:place] + other + word[place + 1 :]
            if changed != word:
                with pytest.raises(ValueError):  # noqa: PT011 -- for any reason
                    unseal(changed, signer=KEY, bound=READ)


@pytest.mark.parametrize("word", ["", "a", "=", "AQ", "AQ==", "ä", "a b", "x" * 2000, "_" * 60])
def test_what_is_no_word_is_refused(word: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- for any reason
        unseal(word, signer=KEY, bound=READ)
