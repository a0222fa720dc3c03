"""What a type checker tells another team of its app, which has nothing but the wheel."""

from tests.examples.team import Team, must


def test_each_team_has_no_error_in_mypys_strict_mode(examples: list[Team]) -> None:
    for team in examples:
        assert "Success: no issues found" in must(team.types())


def test_a_typo_is_found(orders: Team) -> None:
    (orders.folder / "consumer.py").write_text(
        "from constructs import Construct\n\nfrom constructs_lib.blocks import FailureChain\n\n\n"
        "def build(scope: Construct) -> object:\n"
        '    return FailureChain(scope, "Failures").metric_failures()\n\n\n'
        "def misspelt(scope: Construct) -> object:\n"
        '    return FailureChain(scope, "Failures", retention_days=3)\n'
    )

    found = orders.types("consumer.py").stdout
    assert found.count(" error: ") == 1, found
    assert 'consumer.py:11: error: Unexpected keyword argument "retention_days"' in found
