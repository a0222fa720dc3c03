"""Whose addresses a stage does not accept."""

import os


def blocked_domains_from_environment() -> frozenset[str]:
    """Read the variable BLOCKED_EMAIL_DOMAINS: domains separated by commas, there may be none."""
    domains = os.environ["BLOCKED_EMAIL_DOMAINS"].split(",")
    return frozenset(filter(None, map(str.strip, domains)))
