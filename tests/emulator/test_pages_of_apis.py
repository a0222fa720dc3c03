"""Pages that an HTTP API answers with: links lead to them, and their forms lead back to the API."""

import httpx
import pytest

from tests.emulator.support import Aws
from tests.emulator.test_front_door import A_TAB
from tests.emulator.test_http_api import resources


@pytest.fixture(scope="module")
def api(aws: Aws) -> str:
    id_ = aws.deploy("pages-of-apis", resources(aws.site), id={"Ref": "Api"})["id"]
    return f"http://localhost:{aws.port}/_aws/execute-api/{id_}/$default"


def test_a_link_on_any_page_may_lead_there(http: httpx.Client, api: str) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Referer": "https://mail.example/", **A_TAB}

    assert http.get(f"{api}/things/1", headers=link).status_code == 200
    framed = {**link, "Sec-Fetch-Dest": "iframe"}
    assert http.get(f"{api}/things/1", headers=framed).status_code == 403
    assert http.post(f"{api}/things", headers=link).status_code == 403


def test_its_form_may_lead_back_and_no_other_pages(aws: Aws, http: httpx.Client, api: str) -> None:
    origin = f"http://localhost:{aws.port}"
    form = {"Origin": origin, "Sec-Fetch-Site": "same-origin", **A_TAB}
    elsewhere = f"{origin}/_aws/execute-api/0123abcd/$default/things/1"

    assert (
        http.post(f"{api}/things", headers={**form, "Referer": f"{api}/things/1"}).status_code
        == 200
    )
    for referer in (f"{origin}/door/page.html", elsewhere, f"https://evil.example/?{api}", ""):
        answer = http.post(f"{api}/things", headers={**form, "Referer": referer})
        assert answer.status_code == 403, referer
    others = {**form, "Origin": "https://evil.example", "Referer": f"{api}/things/1"}
    assert http.post(f"{api}/things", headers=others).status_code == 403
    queue = {"Action": "CreateQueue", "QueueName": "smuggled-by-a-page", "Version": "2012-11-05"}
    answer = http.post(origin, data=queue, headers={**form, "Referer": f"{api}/things/1"})
    assert answer.status_code == 403
