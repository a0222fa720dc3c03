import pytest

from blockwork.runtime.problems import TITLES, FieldError, ProblemError


@pytest.mark.parametrize("status", TITLES)
def test_a_problem_carries_the_title_of_its_status(status: int) -> None:
    assert ProblemError(status, "why").view() == {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": "why",
    }


def test_a_problem_about_fields_lists_them() -> None:
    problem = ProblemError(422, "does not fit", [FieldError("price", "is required")])

    assert problem.view()["errors"] == [{"field": "price", "detail": "is required"}]
