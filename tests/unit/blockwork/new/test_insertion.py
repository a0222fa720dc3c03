import pytest

from blockwork.new.insertion import NoPlaceError, add_import, append, insert

APP = '''"""An app."""

import aws_cdk as cdk

app = cdk.App()
for stage in (1, 2):
    First(app, stage=stage)
    # blockwork new service: above this line
app.synth()
'''
ANCHOR = "# blockwork new service:"
LINE = "Second(app, stage=stage)\n"


def test_lines_stand_above_the_anchor_as_deep_as_it_does() -> None:
    text = insert(APP, anchor=ANCHOR, lines=LINE, needs=["app", "stage"])

    assert "    First(app, stage=stage)\n    Second(app, stage=stage)\n    # blockwork" in text


def test_what_is_there_is_not_added_again_however_it_is_laid_out() -> None:
    text = insert(APP, anchor=ANCHOR, lines=LINE).replace(
        "Second(app, stage=stage)", "Second(\n        app,  # the app\n        stage=stage,\n    )"
    )

    assert insert(text, anchor=ANCHOR, lines=LINE) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            APP.replace("# blockwork new service", "# services"),
            "'# blockwork new service:' is gone",
        ),
        (APP.replace("stage", "each"), "it has no stage"),
    ],
)
def test_a_text_without_a_place_says_what_it_lacks(text: str, words: str) -> None:
    with pytest.raises(NoPlaceError, match=words):
        insert(text, anchor=ANCHOR, lines=LINE, needs=["app", "stage"])


def test_elements_of_a_list_are_lines_too() -> None:
    text = 'ROUTES = [\n    "GET /a",\n    # blockwork new service: above\n]\n'

    once = insert(text, anchor=ANCHOR, lines='"GET /b",\n')

    assert (
        once == 'ROUTES = [\n    "GET /a",\n    "GET /b",\n    # blockwork new service: above\n]\n'
    )
    assert insert(once, anchor=ANCHOR, lines='"GET /b",\n') == once


def test_an_import_stands_with_the_others_and_once() -> None:
    text = add_import(APP, "stacks.second", "Second")

    assert text.splitlines()[2:4] == ["import aws_cdk as cdk", "from stacks.second import Second"]
    assert add_import(text, "stacks.second", "Second") == text
    assert "from stacks.second import Third" in add_import(text, "stacks.second", "Second", "Third")


def test_the_first_import_stands_below_what_the_module_says() -> None:
    assert add_import('"""Events."""\n', "typing", "ClassVar") == (
        '"""Events."""\n\nfrom typing import ClassVar\n'
    )
    assert add_import("", "typing", "ClassVar") == "from typing import ClassVar\n"


def test_a_class_is_added_at_the_end_and_once() -> None:
    text = append("x = 1\n", "class A:\n    pass\n")

    assert text == "x = 1\n\n\nclass A:\n    pass\n"
    assert append(text, "class A:\n    other = 1\n") == text
