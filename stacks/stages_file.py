"""Read `stages.toml`: the values that belong to a team, each with the line it stands on."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

REQUIRED = ("account", "region", "alarm_email", "mail_sender", "payment_url")
FORMS = {
    "account": (r"\d{12}", "the 12-digit id of an AWS account"),
    "region": (r"[a-z]{2}(-[a-z]+)+-\d", "an AWS region such as 'eu-west-2'"),
    "alarm_email": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "a mail address"),
    "mail_sender": (r"[^@\s]+@[^@\s]+\.[^@\s]+", "a mail address"),
    "payment_url": (r"https://[^/\s]+(/\S*)?", "an address such as 'https://api.payments.org'"),
    "domain": (r"([a-z0-9-]+\.)+[a-z]{2,}", "a host name such as 'www.example.org'"),
    "hosted_zone_id": (r"Z[A-Z0-9]{5,31}", "the id of a Route 53 hosted zone, which begins with Z"),
}
PLACEHOLDER = re.compile(r"(\d)\1{11}|(.+[/.@])?example\.(com|org|net)|Z\w*EXAMPLE")
"""Values nobody owns: an account of one digit, domains reserved by RFC 2606."""


class StagesFileError(Exception):
    """`stages.toml` cannot be used as it is; the message names the line to edit."""


@dataclass(frozen=True, kw_only=True)
class StageValues:
    """What a team says of one stage.

    :param placeholders: for each value that is still a placeholder, the line to edit and what to
        write there.
    """

    account: str
    region: str
    alarm_email: str
    mail_sender: str
    payment_url: str
    domain: str | None = None
    hosted_zone_id: str | None = None
    placeholders: tuple[str, ...] = ()


def read_stages_file(path: Path) -> dict[str, StageValues]:
    """Return the values of every stage in the file.

    :raises StagesFileError: if the file is missing, is no TOML, or a value is missing, unknown,
        malformed, or lacks the value it goes with.
    """
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except FileNotFoundError as missing:
        raise StagesFileError(f"{path} is missing: it says where each stage lives") from missing
    except tomllib.TOMLDecodeError as error:
        raise StagesFileError(f"{path} is not valid TOML: {error}") from error
    lines = text.splitlines()
    return {name: _stage(path, lines, name, table) for name, table in tables.items()}


def _stage(path: Path, lines: list[str], name: str, table: object) -> StageValues:
    if not isinstance(table, dict):
        raise StagesFileError(
            f"{path}:{_line(lines, None, name)}: {name!r} stands outside of a stage's table; "
            "put it below a line such as [dev]"
        )
    for key in REQUIRED:
        if key not in table:
            line = _line(lines, name, None)
            raise StagesFileError(f"{path}:{line}: stage {name!r} needs {key}, {FORMS[key][1]}")
    placeholders = []
    for key, value in table.items():
        at = f"{path}:{_line(lines, name, key)}"
        if key not in FORMS:
            known = ", ".join(FORMS)
            raise StagesFileError(f"{at}: {key!r} of stage {name!r} is unknown; there are {known}")
        form, meaning = FORMS[key]
        if not isinstance(value, str) or not re.fullmatch(form, value):
            raise StagesFileError(f"{at}: {key} of stage {name!r} must be {meaning}, got {value!r}")
        if PLACEHOLDER.fullmatch(value):
            placeholders.append(
                f"{at}: {key} of stage {name!r} is still the placeholder {value!r}; "
                f"write {meaning} of your own"
            )
    for key, other in (("domain", "hosted_zone_id"), ("hosted_zone_id", "domain")):
        if key in table and other not in table:
            raise StagesFileError(
                f"{path}:{_line(lines, name, key)}: {key} of stage {name!r} needs {other}, "
                f"{FORMS[other][1]}"
            )
    return StageValues(**table, placeholders=tuple(placeholders))


def _line(lines: list[str], table: str | None, key: str | None) -> int:
    """Return the number of the line with `key` in `table`; with `None`, of the table's head."""
    current: str | None = None
    for number, line in enumerate(lines, start=1):
        head = re.match(r"\s*\[\s*([\w-]+)\s*\]", line)
        if head:
            current = head[1]
            if key is None and current == table:
                return number
        elif key and current == table and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return 1
