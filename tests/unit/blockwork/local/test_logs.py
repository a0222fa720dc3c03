import json
from collections.abc import Callable, Iterator
from pathlib import Path

from blockwork.local.logs import FILE, OLDER_FILE, Filter, follow, read_line

POWERTOOLS = {
    "level": "ERROR",
    "location": "handler:12",
    "message": "cannot be placed",
    "timestamp": "2026-01-01 00:00:00,000+0000",
    "service": "orders",
    "cold_start": True,
    "function_name": "Orders-Place",
    "correlation_id": "c-1",
    "order": {"id": 7},
    "exception": "Traceback (most recent call last):\n  File 'x.py', line 3\nValueError: no",
}


def record(text: str, function: str = "Orders-Place-AB12") -> dict[str, object]:
    return {"time": 0.0, "function": function, "request": "r", "text": text}


def write(logs: Path, *texts: str, name: str = FILE) -> None:
    logs.mkdir(exist_ok=True)
    with (logs / name).open("a") as file:
        file.writelines(f"{json.dumps(record(text))}\n" for text in texts)


def messages(folder: Path, wanted: Filter) -> list[str]:
    lines = follow(folder, wanted, from_start=True, goes_on=lambda: False)
    return [line.message for line in lines]


def test_a_structured_line_is_one_that_a_person_reads() -> None:
    line = read_line(record(json.dumps(POWERTOOLS)))

    assert line is not None
    text = str(line).partition("  ")[2]
    assert text == (
        'orders  ERROR  cannot be placed  order={"id": 7}  [c-1]\n'
        "    Traceback (most recent call last):\n"
        "      File 'x.py', line 3\n"
        "    ValueError: no"
    )


def test_what_lambda_says_of_itself_and_metrics_are_left_out() -> None:
    assert read_line(record("START RequestId: 1 Version: $LATEST")) is None
    assert read_line(record('{"_aws": {}, "Ordered": 1}')) is None
    assert read_line(record("  ")) is None
    plain = read_line(record("print of old"))
    assert plain is not None
    assert plain.message == "print of old"


def test_lines_are_found_by_service_and_by_request_through_every_hop(tmp_path: Path) -> None:
    other = {**POWERTOOLS, "service": "billing", "message": "billed"}
    elsewhere = {**POWERTOOLS, "correlation_id": "c-2", "message": "another"}
    write(tmp_path / "logs", *(json.dumps(each) for each in (POWERTOOLS, other, elsewhere)))

    assert messages(tmp_path, Filter(service="billing")) == ["billed"]
    assert messages(tmp_path, Filter(correlation_id="c-1")) == ["cannot be placed", "billed"]
    assert messages(tmp_path, Filter(service="place")) == ["cannot be placed", "billed", "another"]


def test_a_file_is_followed_over_its_end_and_half_a_line_is_waited_for(tmp_path: Path) -> None:
    logs = tmp_path / "logs"
    write(logs, "before")

    def add(text: str) -> None:
        with (logs / FILE).open("a") as file:
            file.write(text)

    def begin_anew() -> None:
        (logs / FILE).replace(logs / OLDER_FILE)
        write(logs, "three")

    steps: Iterator[Callable[[], None]] = iter(
        [
            lambda: write(logs, "one"),
            lambda: add('{"time": 1, "function": "f", "te'),
            lambda: add('xt": "two"}\n'),
            begin_anew,
        ]
    )
    left = [True]

    def pause(_seconds: float) -> None:
        step = next(steps, None)
        left[0] = step is not None
        if step:
            step()

    seen = [each.message for each in follow(tmp_path, goes_on=lambda: left[0], pause=pause)]

    assert seen == ["one", "two", "three"]
