"""The loop as somebody at work has it: a save is in effect, an error is said once and mended."""

import json
import signal
from pathlib import Path
from typing import Any

from tests.dev.app import DevLoop, ShopApp, gone
from tests.waiting import eventually, settled


def said_once(loop: DevLoop, text: str) -> bool:
    return len(settled(lambda: [line for line in loop.lines if text in line])) == 1


def templates(folder: Path) -> dict[str, Any]:
    return {file.name: json.loads(file.read_text()) for file in folder.glob("*.template.json")}


def test_a_saved_handler_answers_the_next_request(app: ShopApp, loop: DevLoop) -> None:
    assert app.answer() == {"greeting": "hello", "word": "one", "light": 1}

    app.edit("src/shop/greet.py", '"word": WORD', '"word": WORD.upper()')
    assert app.answer()["word"] == "ONE"  # at once: whether or not the loop has seen it
    app.edit("src/shop/greet.py", '"word": WORD.upper()', '"word": WORD')
    assert app.answer()["word"] == "one"
    loop.until("src/shop/greet.py  → 1 function")


def test_so_does_a_module_that_it_imports(app: ShopApp, loop: DevLoop) -> None:
    app.edit("src/shop/words.py", "one", "two")
    assert app.answer()["word"] == "two"
    app.edit("src/shop/words.py", "two", "one")
    assert app.answer()["word"] == "one"


def test_a_module_that_is_imported_now_comes_with_the_code(app: ShopApp, loop: DevLoop) -> None:
    before = (app.folder / "src/shop/greet.py").read_text()
    app.edit("src/shop/greet.py", "from shop.words", "from shop.spare")
    assert app.answer()["word"] == "spare"
    app.save("src/shop/greet.py", before)
    assert app.answer()["word"] == "one"


def test_one_that_the_bundle_leaves_out_is_not_found_and_said(app: ShopApp, loop: DevLoop) -> None:
    before = (app.folder / "src/shop/greet.py").read_text()
    app.edit("src/shop/greet.py", "from shop.words", "from others")
    assert "No module named 'others'" in app.answer()["errorMessage"]
    loop.until("which the bundle leaves out")
    assert said_once(loop, "greet.py:5: what is imported must be in shop")
    app.save("src/shop/greet.py", before)
    assert app.answer()["word"] == "one"


def test_a_source_of_the_site_is_in_its_bucket(app: ShopApp, loop: DevLoop) -> None:
    app.save("site/index.html", "<title>two</title>")
    eventually(app.page, until=lambda page: page == "<title>two</title>")
    loop.until("→ index.html in the bucket")


def test_a_stack_is_updated_and_data_stays(app: ShopApp, loop: DevLoop) -> None:
    bucket = app.output("Bucket")
    app.client("s3").put_object(Bucket=bucket, Key="kept", Body=b"data")

    app.edit("stack.py", '"GREETING": "hello"', '"GREETING": "good day"')
    eventually(lambda: app.answer().get("greeting"), until=lambda said: said == "good day")

    assert app.output("Bucket") == bucket
    assert app.client("s3").get_object(Bucket=bucket, Key="kept")["Body"].read() == b"data"
    app.edit("src/shop/words.py", "one", "still")  # live as before
    assert app.answer()["word"] == "still"
    app.edit("src/shop/words.py", "still", "one")


def test_a_lock_is_a_new_layer(app: ShopApp, loop: DevLoop) -> None:
    app.save("src/requirements.txt", app.locked(2))
    eventually(lambda: app.answer().get("light"), until=lambda light: light == 2)


def test_an_error_in_a_handler_is_said_once_and_mended_by_the_next_save(
    app: ShopApp, loop: DevLoop
) -> None:
    before = (app.folder / "src/shop/greet.py").read_text()
    app.save("src/shop/greet.py", "def handler(:\n")
    loop.until("✗ src/shop/greet.py:1: SyntaxError")
    assert "errorMessage" in app.answer()
    assert said_once(loop, "SyntaxError")

    app.save("src/shop/greet.py", before)
    assert app.answer()["word"] == "one"


def test_an_exception_shows_the_line_of_the_source(app: ShopApp, loop: DevLoop) -> None:
    before = (app.folder / "src/shop/greet.py").read_text()
    app.edit("src/shop/greet.py", "    return {", '    raise KeyError("lost")\n    return {')
    assert app.answer()["errorType"] == "KeyError"
    loop.until('File "src/shop/greet.py", line 9, in handler')
    app.save("src/shop/greet.py", before)
    assert app.answer()["word"] == "one"


def test_an_error_in_a_stack_is_said_once_and_mended_by_the_next_save(
    app: ShopApp, loop: DevLoop
) -> None:
    before = (app.folder / "stack.py").read_text()
    app.save("stack.py", f"{before}\n    def broken(:\n")
    said = f"✗ stack.py:{len(before.splitlines()) + 2}: SyntaxError"
    loop.until(said)

    app.save("stack.py", before.replace('"GREETING": "good day"', '"GREETING": "welcome"'))
    eventually(lambda: app.answer().get("greeting"), until=lambda told: told == "welcome")
    assert said_once(loop, said)


def test_what_the_stage_cannot_take_is_said_before_it_is_deployed(
    app: ShopApp, loop: DevLoop
) -> None:
    before = (app.folder / "stack.py").read_text()
    more = "        cdk.CfnResource(self, {0!r}, type={1!r}, properties={{}})\n"
    wall = more.format("Wall", "AWS::WAFv2::WebACL")
    app.save("stack.py", before + wall + more.format("No", "AWS::VerifiedPermissions::PolicyStore"))
    loop.until("nothing has been deployed")
    loop.until("No (AWS::VerifiedPermissions::PolicyStore)")

    updates = sum("→ Shop" in line for line in loop.lines)
    app.save("stack.py", before + wall)
    loop.until("→ Shop", times=updates + 1)
    app.save("stack.py", before)
    assert said_once(loop, "its rules are never applied")


def test_an_error_in_the_site_is_said_once_and_mended_by_the_next_save(
    app: ShopApp, loop: DevLoop
) -> None:
    app.save("site/index.html", "<<title>")
    loop.until("✗ error: site/index.html:1: this is no HTML")
    app.save("site/index.html", "<title>mended</title>")
    eventually(app.page, until=lambda page: page == "<title>mended</title>")
    assert said_once(loop, "this is no HTML")


def test_it_ends_with_all_that_it_has_started_and_up_deploys_what_was_edited(
    app: ShopApp, loop: DevLoop
) -> None:
    app.edit("src/shop/words.py", "one", "live")
    assert app.answer()["word"] == "live"
    children = loop.children()
    assert children

    assert loop.end() == 0

    eventually(gone(children))
    assert any("Not deployed yet:" in line and "words.py" in line for line in loop.lines)
    assert app.answer()["word"] == "one"  # as it was deployed
    up = app.blockwork("local", "up")
    assert up.returncode == 0, up.stderr
    assert app.answer()["word"] == "live"


def test_killed_it_leaves_nothing_and_builds_what_up_builds(app: ShopApp, loop: DevLoop) -> None:
    by_up = templates(app.stage / "cdk.out")
    another = DevLoop(app)
    try:
        app.edit("stack.py", '"welcome"', '"killed"')
        eventually(lambda: app.answer().get("greeting"), until=lambda said: said == "killed")
        by_loop = templates(app.stage / "cdk.out")
        app.edit("src/shop/words.py", "live", "gone")
        assert app.answer()["word"] == "gone"
        children = another.children()
    finally:
        another.end(signal.SIGKILL)
    eventually(gone(children))
    assert app.answer()["word"] == "live"

    app.edit("src/shop/words.py", "gone", "live")
    up = app.blockwork("local", "up")

    assert up.returncode == 0, up.stderr
    assert templates(app.stage / "cdk.out") == by_loop
    assert by_loop.keys() == by_up.keys()
