"""Measures what must stay fast and small."""
