"""Host names of ours, and the hosted zones that answer for them."""

import re

from aws_cdk import Token
from aws_cdk import aws_route53 as route53

# RFC 1123, section 2.1, in lower case: API Gateway refuses upper case in a domain name.
HOST = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def check_host_name(name: str, zone: route53.IHostedZone | None, *, at: str) -> None:
    """Refuse what is no host name, or not one that its hosted zone answers for.

    :param at: the path of the block that asks.
    :raises ValueError: names it, and the zone.
    """
    if Token.is_unresolved(name):
        return
    if not HOST.fullmatch(name):
        raise ValueError(
            "name must be a host name in lower case, such as 'www.example.org', got "
            f"{name!r} (at {at})"
        )
    if zone is None or Token.is_unresolved(zone.zone_name):
        return
    if name != zone.zone_name and not name.endswith(f".{zone.zone_name}"):
        raise ValueError(
            f"zone must answer for {name!r}, got the one of {zone.zone_name!r} (at {at})"
        )
