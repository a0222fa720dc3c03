"""The orders service, with the runtime kit."""
