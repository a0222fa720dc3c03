"""No test waits for, or measures, so many seconds: see `tests.waiting`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
LIMITS = {"timeout", "open_timeout", "close_timeout", "connect", "read", "seconds"}
WAITS = {"sleep", "settimeout", "wait_for_timeout", "set_default_timeout", "wait", "join"}
HEARING = {"eventually", "settled", "received", "hears"}
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time"}
IN_THE_BROWSER = re.compile(r"(?:\.timeout\(|setTimeout\([^)]*?, *)\d+")

ALLOWED = {
    # A lower bound: more time only makes it truer.
    ("emulator/test_outside_world.py", "time.monotonic()"): 2,
    ("emulator/test_outside_world.py", "time.monotonic() - started > 0.3"): 1,
    ("emulator/test_event_sources.py", "at - sent > 1.9"): 1,
    # Compared with what the machine needs for the same thing in the other way.
    ("emulator/test_handlers.py", "time.monotonic()"): 2,
    ("unit/lambda_src/shared/test_permissions.py", "time.process_time()"): 2,
    ("readings/bench.py", "time.process_time()"): 2,
    # What is allowed grows with the time that it took.
    ("emulator/test_token_authorizer.py", "time.monotonic()"): 2,
    # Time enough to go wrong: without it the test is only weaker.
    ("emulator/test_early_answers.py", "time.sleep(0.1)"): 1,
    ("emulator/debugged.py", "time.sleep(LONGER)"): 1,
    # Something is over by then, and for good.
    ("emulator/test_token_authorizer.py", "time.sleep(CACHE_SECONDS + 0.1)"): 1,
    ("integration/blockwork/runtime/test_idempotency.py", "time.sleep(0.31)"): 1,
    ("browser/test_vouchers.py", "page.wait_for_timeout(2500)"): 2,
    # No test, but a command that measures.
    ("readings/million.py", "time.monotonic()"): 2,
    ("browser/bench.py", "page.wait_for_timeout(REST_MS)"): 1,
    # The silence is what is tested; whatever is to be answered is so by a thread beside it.
    ("integration/forecast/test_weather_api.py", "read=0.05"): 1,
    ("integration/forecast/conftest.py", "time.sleep(0.3)"): 1,
    ("integration/vouchers/test_payment_provider.py", "read=1"): 1,
    ("integration/constructs_lib/test_key_download.py", "over.wait(0.1)"): 1,
    ("integration/constructs_lib/test_key_download.py", "over.wait(10)"): 1,
    # Makes something slow that is quick, so that others meet it.
    ("integration/conftest.py", "time.sleep(0.05)"): 1,
    # Tries that nothing may come of: one that is given up early finds less.
    ("browser/test_strangers.py", ".timeout(10000"): 1,
    ("browser/test_strangers.py", "setTimeout(done, 3000"): 1,
    ("emulator/test_saved_state.py", "time.sleep(0.2)"): 1,
    # Tokens are renewed early: the slower the machine, the more often.
    ("e2e/conftest.py", "time.monotonic()"): 2,
    ("e2e/conftest.py", "time.monotonic() - self._signed_in >= RENEWED_AFTER_SECONDS"): 1,
}
"""Where a number of seconds stands, how often, and why it fails no test on a slow machine."""


def totals(source: str) -> Iterator[str]:
    """Return what depends on how quick the machine is, as it is written."""
    tree = ast.parse(source)
    constants = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and _is_number(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from IN_THE_BROWSER.findall(node.value)
        elif isinstance(node, ast.Call):
            yield from _in_call(node, constants)
        elif isinstance(node, ast.Compare) and _bounds_a_duration(node, constants):
            yield ast.unparse(node)


def _in_call(node: ast.Call, constants: set[str]) -> Iterator[str]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if name in CLOCKS:
        yield ast.unparse(node)
    if name in WAITS and node.args and _is_number(node.args[0], constants):
        yield ast.unparse(node)
    for keyword in node.keywords:
        if keyword.arg == "seconds" and name not in HEARING:
            continue  # what somebody is told to do
        if keyword.arg in LIMITS and _is_number(keyword.value, constants):
            yield ast.unparse(keyword)


def _bounds_a_duration(node: ast.Compare, constants: set[str]) -> bool:
    """Tell whether the time since something is compared with a number."""
    sides = [node.left, *node.comparators]
    measured = any(
        isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and _is_about_time(part)
        for part in sides
    )
    return measured and any(_is_number(side, constants) for side in sides)


def _is_about_time(part: ast.AST) -> bool:
    names = {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
    return bool(names & {"time", "began", "started", "sent", "took", "elapsed"})


def _is_number(node: ast.AST, constants: set[str]) -> bool:
    """Tell whether something is a number that is written there, and not 0."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float) and bool(node.value)
    if isinstance(node, ast.Name):
        return node.id in constants
    if isinstance(node, ast.BinOp):
        sides = (node.left, node.right)
        written = [isinstance(side, ast.Constant) or _is_number(side, constants) for side in sides]
        return all(written)
    return False


def test_no_test_depends_on_how_quick_the_machine_is() -> None:
    found: dict[tuple[str, str], int] = {}
    for file in sorted(TESTS.rglob("*.py")):
        if file not in (TESTS / "waiting.py", Path(__file__)):
            for total in totals(file.read_text()):
                place = (file.relative_to(TESTS).as_posix(), total)
                found[place] = found.get(place, 0) + 1

    assert found == ALLOWED  # else wait as tests.waiting does, or say why it can do no harm


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("httpx.get(url, timeout=20)", ["timeout=20"]),
        ("connect(url, open_timeout=2.5)", ["open_timeout=2.5"]),
        ("TOTAL = 60\nprocess.communicate(timeout=TOTAL)", ["timeout=TOTAL"]),
        ("subprocess.run(command, timeout=2 * 60)", ["timeout=2 * 60"]),
        ("urllib3.Timeout(connect=1, read=0.3)", ["connect=1", "read=0.3"]),
        ("eventually(look, seconds=10)", ["seconds=10"]),
        ("thread.join(5)", ["thread.join(5)"]),
        ("time.sleep(1)", ["time.sleep(1)"]),
        ("page.wait_for_timeout(500)", ["page.wait_for_timeout(500)"]),
        ("began = time.perf_counter()", ["time.perf_counter()"]),
        ("assert time.time() - began < 5", ["time.time() - began < 5"]),
        ("assert 0 < at - sent <= 5.0", ["0 < at - sent <= 5.0"]),
        ("JS = 'AbortSignal.timeout(3000)'", [".timeout(3000"]),
        ("JS = 'setTimeout(done, 10)'", ["setTimeout(done, 10"]),
        ("socket.recv(timeout=PATIENCE)", []),
        ("PATIENCE = 5\nsocket.recv(timeout=PATIENCE)", ["timeout=PATIENCE"]),
        ("control(mode='delay', seconds=6)", []),
        ("Queue(visibility_timeout=Duration.minutes(1))", []),
        ("function(SOURCE, Timeout=900)", []),
        ("assert answer['age'] <= time.time() - began", []),
    ],
)
def test_what_depends_on_it_is_found(source: str, found: list[str]) -> None:
    assert list(totals(source)) == found
