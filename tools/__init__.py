"""What the repository's own command line does: the local stage and the operators' tools."""
