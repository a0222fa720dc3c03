import pytest

from blockwork.runtime.http import Response


@pytest.mark.parametrize("kind", ["text/csv", "text/html; charset=utf-8", "text/plain"])
def test_a_text_is_answered_as_it_is(kind: str) -> None:
    answer = Response(status=200, body='a,"b"\n', content_type=kind).to_event("c1")

    assert answer["body"] == 'a,"b"\n'
    assert answer["headers"]["content-type"] == kind


def test_a_text_in_json_has_its_quotes() -> None:
    assert Response(status=200, body="a").to_event("c1")["body"] == '"a"'
