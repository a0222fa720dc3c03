"""The code of the orders service."""
