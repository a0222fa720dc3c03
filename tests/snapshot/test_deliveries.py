"""Who is configured to deliver somewhere may, and no queue keeps what nobody looks at."""

from constructs_lib.checks import check_deliveries, check_queues
from constructs_lib.checks.assembly import Assembly
from constructs_lib.checks.walk import deliveries_of
from tests.snapshot.conftest import all_assemblies
from tests.unit.constructs_lib.checks.takeaway import needs_without_each


def test_who_is_told_to_deliver_something_may() -> None:
    assert [problem for one in all_assemblies() for problem in check_deliveries(one)] == []


def test_a_queue_hands_on_what_nobody_can_handle_or_is_watched() -> None:
    assert [problem for one in all_assemblies() for problem in check_queues(one)] == []


def test_each_delivery_of_production_is_refused_without_the_statement_that_allows_it() -> None:
    assembly = Assembly(all_assemblies()[0])
    assembly.stacks = [stack for stack in assembly.stacks if stack.name.startswith("Prod-")]

    needed, missed = needs_without_each(assembly)

    assert needed - missed == set()
    deliveries = [str(delivery) for delivery in deliveries_of(assembly)]
    assert {problem.partition(": ")[0] for problem in needed} == set(deliveries)
    assert len(deliveries) > 100
