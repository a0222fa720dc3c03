"""Events of a stage: what passes now, and what passed before, once more."""
