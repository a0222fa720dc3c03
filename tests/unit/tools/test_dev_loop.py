"""What `make bench` saves is there, and an edit of it is one."""

from itertools import pairwise

import pytest

from blockwork.bench.saves import RUNS, Save
from blockwork.local.places import REPOSITORY
from tools.dev_loop import SAVES


@pytest.mark.parametrize("save", SAVES, ids=lambda save: save.what)
def test_each_edit_differs_from_the_one_before(save: Save) -> None:
    texts = [(REPOSITORY / save.file).read_text()]
    words = [f"w{number}bench" for number in range(RUNS)]

    texts += [save.edit(texts[0], word) for word in words]

    assert all(before != after for before, after in pairwise(texts))
    if save.words:
        assert all(word in text for word, text in zip(words, texts[1:], strict=True))
