"""What people are told. Standard library only."""
