import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import RemovalPolicy, Stack, Token
from aws_cdk.assertions import Template

from constructs_lib.blocks import SitePages, SiteRelease, StaticSite


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html>")
    return folder


def actions(stack: Stack) -> set[str]:
    """Return what the release's function may do to buckets."""
    policies = Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
    found: set[str] = set()
    for policy in policies:
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            action: Any = statement["Action"]
            found |= {action} if isinstance(action, str) else set(action)
    return {action for action in found if action.startswith("s3:")}


def test_the_configuration_holds_what_is_known_only_at_deployment(
    stack: Stack, content: Path
) -> None:
    url = Token.as_string({"Ref": "Api"})

    SiteRelease(
        stack, "Release", site=StaticSite(stack, "Site"), content=content, config={"api": url}
    )

    (release,) = Template.from_stack(stack).find_resources("Custom::SiteRelease").values()
    before, reference, after = release["Properties"]["Config"]["Fn::Join"][1]
    assert reference == {"Ref": "Api"}
    assert json.loads(f"{before}x{after}") == {"api": "x"}


def test_it_may_read_its_files_and_write_the_site_and_nothing_else(
    stack: Stack, content: Path
) -> None:
    SiteRelease(stack, "Release", site=StaticSite(stack, "Site"), content=content, config={})

    assert actions(stack) == {"s3:GetObject", "s3:PutObject"}


def test_its_log_is_kept_unless_it_may_go(stack: Stack, content: Path) -> None:
    site = StaticSite(stack, "Site")
    SiteRelease(stack, "Release", site=site, content=content, config={})
    SiteRelease(
        stack,
        "Preview",
        site=site,
        content=content,
        config={},
        log_removal_policy=RemovalPolicy.DESTROY,
    )

    found = Template.from_stack(stack).find_resources("AWS::Logs::LogGroup")
    assert {key[:7]: log["DeletionPolicy"] for key, log in found.items()} == {
        "Release": "RetainExceptOnCreate",
        "Preview": "Delete",
    }


def test_it_refuses_a_folder_that_holds_no_page(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"content must be a folder with an index\.html, got"):
        SiteRelease(stack, "Release", site=StaticSite(stack, "Site"), content=tmp_path, config={})


@pytest.fixture
def plain(stack: Stack) -> StaticSite:
    pages = SitePages(style="folders", languages=["en", "de"], not_found="/404.html")
    return StaticSite(stack, "Site", pages=pages)


def test_a_site_of_languages_has_a_first_page_for_each(
    stack: Stack, plain: StaticSite, tmp_path: Path
) -> None:
    for page in ("en/index.html", "de/index.html", "404.html"):
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text("<!doctype html>")

    SiteRelease(stack, "Release", site=plain, content=tmp_path, config={})

    Template.from_stack(stack).resource_count_is("Custom::SiteRelease", 1)


@pytest.mark.parametrize("missing", ["de/index.html", "404.html"])
def test_a_folder_that_lacks_a_page_of_the_site_is_refused(
    stack: Stack, plain: StaticSite, tmp_path: Path, missing: str
) -> None:
    for page in {"en/index.html", "de/index.html", "404.html"} - {missing}:
        (tmp_path / page).parent.mkdir(exist_ok=True)
        (tmp_path / page).write_text("<!doctype html>")

    with pytest.raises(ValueError, match=rf"a folder with the file {missing}, got .*/Release\)"):
        SiteRelease(stack, "Release", site=plain, content=tmp_path, config={})
