"""What a forecast is, and how a day's is made. Standard library only."""
