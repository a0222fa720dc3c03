"""An authenticator app in a browser: a code of it is asked for at sign-in."""

import base64
import hmac
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from blockwork.local.toolchain import NODE_BIN
from tests.browser.conftest import Visit

ROOT = Path(__file__).parents[2]
User = dict[str, Any]


def authenticator_code(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", int(time.time()) // 30), "sha1")
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 15)
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06}"


def qr_code(text: str) -> str:
    """Return the dark modules of a text's code as a path, 4 light ones around them (ISO 18004)."""
    script = (
        "import { encode } from 'uqr'; const { data } = encode(process.argv[1], { border: 4 });"
        "process.stdout.write(data.flatMap((row, y) =>"
        " row.flatMap((dark, x) => dark ? `M${x} ${y}h1v1h-1z` : [])).join(''))"
    )
    command = [str(NODE_BIN / "node"), "--input-type=module", "--eval", script, text]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_an_authenticator_app_is_asked_for_at_sign_in_until_it_is_switched_off(
    visit: Visit, new_user: Callable[[], User]
) -> None:
    user = new_user()
    visitor = visit()
    page = visitor.page
    visitor.open("/account")
    visitor.sign_in(user)
    page.get_by_role("button", name="Set up an authenticator app").click()
    secret = page.get_by_label("Setup key").inner_text().replace(" ", "")
    link = page.get_by_role("link", name="open this link").get_attribute("href") or ""
    assert link.startswith("otpauth://totp/")
    assert f"secret={secret}" in link
    code = page.get_by_role("img", name="Code to scan with your authenticator app")
    expect(code).to_be_visible()
    assert code.locator("path").get_attribute("d") == qr_code(link)
    page.get_by_label("Code that the app shows").fill(authenticator_code(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("It is on:")).to_be_visible()

    visitor.sign_out()
    visitor.open("/sign-in?next=/account")
    visitor.fill_in(user["email"], user["password"])
    expect(page.get_by_role("heading", level=1)).to_have_text("The code of your authenticator")
    right = authenticator_code(secret)
    page.get_by_label("Code").fill(f"{(int(right) + 1) % 1_000_000:06}")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("group", name="Please check this")).to_contain_text(
        "This code is not right."
    )
    visitor.forgive("status of 400")
    page.get_by_label("Code").fill(authenticator_code(secret))
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")

    page.get_by_role("button", name="Switch off").click()
    page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
    expect(page.get_by_text("Signing in asks for your password only.")).to_be_visible()
    visitor.sign_out()
    visitor.open("/sign-in")
    visitor.sign_in(user)
