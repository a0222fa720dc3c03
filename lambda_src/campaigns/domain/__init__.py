"""What a campaign is, how it comes to its end, and who got its mail. Standard library only."""
