"""The local stage's AWS: MiniStack, one version of it, with the gaps this platform meets closed."""
