"""The campaigns' table, the e-mail provider, those who know users, and the workflow."""
