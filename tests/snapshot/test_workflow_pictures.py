"""The pictures in docs/workflows are of the state machines that there are."""

from pathlib import Path

from blockwork.testing import SynthesisedApp
from blockwork.workflows.pictures import find_machines, stale

FOLDER = Path(__file__).parent.parent.parent / "docs" / "workflows"


def test_every_state_machine_is_drawn_as_it_is(synthesised_app: SynthesisedApp) -> None:
    says = stale(find_machines(synthesised_app.assemblies[0], stage="Dev"), FOLDER)

    assert says == [], "draw them: make pictures"
