"""The loop of a developer: what a save changes is deployed at once."""
