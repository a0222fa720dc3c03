"""Read `stages.toml`: the values that belong to a team, each with the line it stands on."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constructs_lib.blocks import (
    GoogleProvider,
    HostedSignIn,
    IdentityProvider,
    OidcProvider,
    SamlProvider,
    TrustedIssuer,
)

REQUIRED = ("account", "region", "alarm_email", "mail_sender", "payment_url", "campaign_url")


def _text(form: str) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and re.fullmatch(form, value) is not None


def _switch(value: object) -> bool:
    return isinstance(value, bool)


def _host_names(value: object) -> bool:
    return isinstance(value, list) and all(map(_text(HOST_NAME), value))


HOST_NAME = r"([a-z0-9-]+\.)+([a-z]{2,}|xn--[a-z0-9-]+)"
# As strict as the platform is with everybody's (`blockwork/runtime/mail_address.py`).
ATOM = r"(?!\S*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL_DOMAIN = rf"({LABEL}\.)+(?!\d+\Z){LABEL}"
MAIL_ADDRESS = rf"(?=\S{{1,254}}\Z)(?=\S{{1,64}}@){ATOM}(\.{ATOM})*@{MAIL_DOMAIN}"
HTTPS = r"https://[^/\s]+(/\S*)?"
FORMS = {
    "account": (_text(r"\d{12}"), "the 12-digit id of an AWS account"),
    "region": (_text(r"[a-z]{2}(-[a-z]+)+-\d"), "an AWS region such as 'eu-west-2'"),
    "alarm_email": (_text(MAIL_ADDRESS), "one mail address such as 'energy@example.org', in ASCII"),
    "mail_sender": (_text(MAIL_ADDRESS), "one mail address such as 'energy@example.org', in ASCII"),
    "payment_url": (_text(HTTPS), "an address such as 'https://api.payments.org'"),
    "campaign_url": (_text(HTTPS), "an address such as 'https://api.mails.org'"),
    "domain": (_text(HOST_NAME), "a host name such as 'www.example.org'"),
    "hosted_zone_id": (
        _text(r"Z[A-Z0-9]{5,31}"),
        "the id of a Route 53 hosted zone, which begins with Z",
    ),
    "mail_identity": (
        _text(f"{MAIL_ADDRESS}|{MAIL_DOMAIN}"),
        "what SES has verified already: mail_sender, or its domain such as 'example.org'",
    ),
    "mails_by_ses": (_switch, "true or false"),
    "threat_protection": (_switch, "true or false"),
    "passkeys": (_switch, "true or false"),
    "blocked_email_domains": (
        _host_names,
        "a list of host names such as ['example.org', 'xn--bcher-kva.example']",
    ),
    "sign_in_domain": (_text(r"[a-z0-9-]+"), "a host name's first label such as 'retailer-dev'"),
    "identity_providers": (lambda value: isinstance(value, dict), "tables, one a provider"),
    "support_issuers": (lambda value: isinstance(value, dict), "tables, one an issuer"),
}
PROVIDERS: Mapping[str, tuple[Callable[..., IdentityProvider], tuple[str, ...]]] = {
    "oidc": (OidcProvider, ("issuer", "client_id", "secret_name")),
    "google": (GoogleProvider, ("client_id", "secret_name")),
    "saml": (SamlProvider, ("metadata_url",)),
}
"""The kinds of outside identity providers, and what each must be told."""
PROVIDER_FORMS = {
    "issuer": (_text(HTTPS), "an address such as 'https://accounts.example.org'"),
    "metadata_url": (_text(HTTPS), "an address such as 'https://idp.example.org/metadata.xml'"),
    "client_id": (_text(r"\S+"), "what the provider knows us as"),
    "secret_name": (_text(r"[\w/+=.@-]+"), "the name of a secret in Secrets Manager"),
}
ISSUER_FORMS = {
    "issuer": (_text(HTTPS), "what its tokens say in `iss`, such as 'https://login.example.org'"),
    "audience": (_text(r"\S+"), "what its tokens for support say in `aud`"),
    "jwks_url": (_text(HTTPS), "an address such as 'https://login.example.org/keys'"),
}
NEEDS = (
    ("domain", "hosted_zone_id"),
    ("hosted_zone_id", "domain"),
    ("identity_providers", "sign_in_domain"),
    ("passkeys", "domain"),
)
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
    campaign_url: str
    mail_identity: str | None = None
    domain: str | None = None
    hosted_zone_id: str | None = None
    mails_by_ses: bool = False
    threat_protection: bool = False
    passkeys: bool = False
    blocked_email_domains: tuple[str, ...] = ()
    sign_in_domain: str | None = None
    identity_providers: tuple[IdentityProvider, ...] = ()
    support_issuers: tuple[TrustedIssuer, ...] = ()
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
        meaning = _check(FORMS, at, key, value, f"stage {name!r}")
        if isinstance(value, str) and PLACEHOLDER.fullmatch(value):
            placeholders.append(
                f"{at}: {key} of stage {name!r} is still the placeholder {value!r}; "
                f"write {meaning} of your own"
            )
    for key, other in NEEDS:
        if table.get(key) and other not in table:
            at = f"{path}:{_line(lines, name, key)}"
            raise StagesFileError(f"{at}: {key} of stage {name!r} needs {other}, {FORMS[other][1]}")
    sender, identity = table["mail_sender"], table.get("mail_identity")
    if identity not in (None, sender, sender.rpartition("@")[2]):
        raise StagesFileError(
            f"{path}:{_line(lines, name, 'mail_identity')}: mail_identity of stage {name!r} must be"
            f" {sender!r} or {sender.rpartition('@')[2]!r}, which is what SES asks for a mail from"
            f" mail_sender, got {identity!r}; leave it out where SES has neither verified"
        )
    providers = [
        _provider(path, lines, f"{name}.identity_providers.{title}", title, value)
        for title, value in table.get("identity_providers", {}).items()
    ]
    if "sign_in_domain" in table:
        try:
            HostedSignIn(
                domain_prefix=table["sign_in_domain"], return_urls=["/"], providers=providers
            )
        except ValueError as error:
            at = f"{path}:{_line(lines, name, 'sign_in_domain')}"
            raise StagesFileError(f"{at}: sign-in of stage {name!r}: {error}") from error
    issuers = [
        _issuer(path, lines, f"{name}.support_issuers.{title}", value)
        for title, value in table.get("support_issuers", {}).items()
    ]
    values = {
        **table,
        "support_issuers": tuple(issuers),
        "identity_providers": tuple(providers),
        "blocked_email_domains": tuple(table.get("blocked_email_domains", ())),
    }
    return StageValues(**values, placeholders=tuple(placeholders))


def _provider(
    path: Path, lines: list[str], table: str, title: str, value: object
) -> IdentityProvider:
    head = f"{path}:{_line(lines, table, None)}"
    if not isinstance(value, dict) or value.get("type") not in PROVIDERS:
        kinds = ", ".join(map(repr, PROVIDERS))
        raise StagesFileError(f"{head}: {table} must be a table with type, one of {kinds}")
    kind, needed = PROVIDERS[value["type"]]
    forms = {key: PROVIDER_FORMS[key] for key in needed}
    told = {key: given for key, given in value.items() if key != "type"}
    _check_all(path, lines, table, told, forms, needed)
    return kind(**told, name=title)


def _issuer(path: Path, lines: list[str], table: str, value: object) -> TrustedIssuer:
    if not isinstance(value, dict):
        raise StagesFileError(
            f"{path}:{_line(lines, table, None)}: {table} must be a table with "
            f"{', '.join(ISSUER_FORMS)}"
        )
    _check_all(path, lines, table, value, ISSUER_FORMS, ("issuer", "audience"))
    return TrustedIssuer(**value)


def _check_all(
    path: Path,
    lines: list[str],
    table: str,
    told: Mapping[str, object],
    forms: Mapping[str, tuple[Callable[[Any], bool], str]],
    needed: Sequence[str],
) -> None:
    """Refuse a table that lacks a value, or has one that is unknown or malformed."""
    for key in needed:
        if key not in told:
            at = f"{path}:{_line(lines, table, None)}"
            raise StagesFileError(f"{at}: {table} needs {key}, {forms[key][1]}")
    for key, given in told.items():
        _check(forms, f"{path}:{_line(lines, table, key)}", key, given, table)


def _check(
    forms: Mapping[str, tuple[Callable[[Any], bool], str]],
    at: str,
    key: str,
    value: object,
    owner: str,
) -> str:
    """Refuse a value that is unknown or malformed, and return what it means."""
    if key not in forms:
        raise StagesFileError(f"{at}: {key!r} of {owner} is unknown; there are {', '.join(forms)}")
    fits, meaning = forms[key]
    if not fits(value):
        raise StagesFileError(f"{at}: {key} of {owner} must be {meaning}, got {value!r}")
    return meaning


def _line(lines: list[str], table: str | None, key: str | None) -> int:
    """Return the number of the line with `key` in `table`; with `None`, of the table's head.

    A key whose value is a table of its own stands in that one's head.
    """
    current: str | None = None
    for number, line in enumerate(lines, start=1):
        head = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
        if head:
            current = head[1]
            if current == table if key is None else f"{current}.".startswith(f"{table}.{key}."):
                return number
        elif key and current == table and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return 1
