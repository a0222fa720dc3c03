"""Administrators look at users and at what they may do, in a browser."""

import re
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Visit
from tests.e2e.accounts import put_permissions
from tests.e2e.conftest import sign_in

User = dict[str, Any]
NewUser = Callable[[], User]


def type_permission(page: Page, action: str, resource: str) -> None:
    page.get_by_label("Action").fill(action)
    page.get_by_label("Resource").fill(resource)


def test_users_are_listed_page_by_page_with_their_groups(
    visit: Visit, administrator: User, platform: User
) -> None:
    visitor = visit()
    page = visitor.page

    def answer(route: Route) -> None:
        second = "nextToken=more" in route.request.url
        users = [
            {
                "userId": f"{second}-{number}",
                "email": f"user-{int(second)}-{number:02}@example.com",
                "groups": [],
                "status": "CONFIRMED",
            }
            for number in range(3)
        ]
        route.fulfill(
            json={"users": users, **({} if second else {"nextToken": "more"})},
            headers={"access-control-allow-origin": platform["siteUrl"]},
        )

    visitor.open("/sign-in")
    visitor.sign_in(administrator)
    page.get_by_role("navigation").get_by_role("link", name="Users").click()
    mine = page.locator(".user").filter(has_text=administrator["email"])
    expect(mine).to_contain_text("administrators")
    expect(mine).to_contain_text("Confirmed")

    page.route(re.compile(r"\$default/users\?"), answer)
    page.reload()
    expect(page.locator(".user")).to_have_count(3)
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".user")).to_have_count(6)
    expect(page.get_by_role("link", name="Permissions of user-1-00@example.com")).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_a_customer_finds_no_users(visit: Visit, customer: User) -> None:
    visitor = visit()
    page = visitor.page
    visitor.open("/sign-in?next=/users")
    visitor.sign_in(customer)
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account may not use this page")
    expect(page.get_by_text("list:users")).to_be_visible()
    expect(page.get_by_role("link", name="Users")).to_have_count(0)


def test_permissions_are_granted_explained_and_taken_away(
    visit: Visit, administrator: User, new_user: NewUser
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    visitor.open(f"/sign-in?next=/users/{user['user_id']}/permissions")
    visitor.sign_in(administrator)
    expect(page.get_by_text("Nothing yet.")).to_be_visible()

    type_permission(page, "write all", "products!")
    page.get_by_role("button", name="Grant", exact=True).click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary.get_by_role("link")).to_have_count(2)
    type_permission(page, "write", "prod*")
    expect(page.get_by_text("Grants write on whatever fits prod*.")).to_be_visible()
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text("write:prod* was granted.")).to_be_visible()
    expect(page.get_by_label("Action")).to_have_value("")

    type_permission(page, "write", "products")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text("write:products is covered by another permission")).to_be_visible()
    expect(page.get_by_text(f"Of {user['email']}, beside")).to_be_visible()
    page.reload()
    expect(page.get_by_text(f"Of {user['email']}, beside")).to_be_visible()
    granted = page.locator(".grant")
    expect(granted).to_have_count(1)
    expect(granted).to_contain_text("write:prod*")
    page.get_by_role("button", name="Take away write:prod*").click()
    expect(page.get_by_text("Nothing yet.")).to_be_visible()


def test_what_the_api_has_against_a_permission_is_said_and_nothing_is_lost(
    visit: Visit, administrator: User, new_user: NewUser, platform: User
) -> None:
    user = new_user()
    config = httpx.get(platform["configUrl"]).json()
    many = [f"write:{number:02}-{'x' * 120}" for number in range(31)]
    with httpx.Client(base_url=config["apis"]["identity"]) as identity:
        granter = sign_in(platform, config, "administrators")
        assert put_permissions(identity, granter, user["user_id"], many).status_code == 200

    visitor = visit()
    page = visitor.page
    visitor.open(f"/sign-in?next=/users/{user['user_id']}/permissions")
    visitor.sign_in(administrator)
    expect(page.locator(".grant")).to_have_count(len(many))
    type_permission(page, "write", "y" * 128)
    page.get_by_role("button", name="Grant", exact=True).click()
    summary = page.get_by_role("group", name="Please check this")
    expect(summary).to_contain_text("bytes")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Resource")).to_have_value("y" * 128)
    expect(page.locator(".grant")).to_have_count(len(many))
    visitor.forgive("status of 422")


def test_a_user_who_does_not_exist_is_said_not_to(visit: Visit, administrator: User) -> None:
    visitor = visit()
    visitor.open("/sign-in?next=/users/nobody/permissions")
    visitor.sign_in(administrator)
    expect(visitor.page.get_by_role("heading", name="There is no such user")).to_be_visible()
    visitor.forgive("status of 40")
