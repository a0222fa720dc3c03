"""What tests pick out of a template."""

from typing import Any

from blockwork.testing.synthesis import Template


def of_type(template: Template, kind: str) -> dict[str, Any]:
    items = template["Resources"].items()
    return {key: value["Properties"] for key, value in items if value["Type"] == kind}


def without_emptying(template: Template) -> Template:
    """Leave out what empties buckets, which is only where data may go (test_destroying.py)."""
    resources = {
        key: value
        for key, value in template["Resources"].items()
        if not key.startswith("BucketEmptying") and value["Type"] != "Custom::BucketEmptying"
    }
    return {**template, "Resources": resources}
