"""How people are reached."""
