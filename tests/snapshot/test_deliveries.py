"""The rule on deliveries sees each that production has."""

from blockwork.testing import SynthesisedApp
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.walk import deliveries_of
from tests.unit.constructs_lib.checks.takeaway import needs_without_each


def test_each_delivery_of_production_is_refused_without_the_statement_that_allows_it(
    synthesised_app: SynthesisedApp,
) -> None:
    assembly = Assembly(synthesised_app.assemblies[0])
    assembly.stacks = [stack for stack in assembly.stacks if stack.name.startswith("Prod-")]

    needed, missed = needs_without_each(assembly)

    assert needed - missed == set()
    deliveries = [str(delivery) for delivery in deliveries_of(assembly)]
    assert {problem.partition(": ")[0] for problem in needed} == set(deliveries)
    assert len(deliveries) > 100
