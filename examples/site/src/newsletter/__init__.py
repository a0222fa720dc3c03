"""The newsletter of the museum."""
