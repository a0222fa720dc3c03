"""What the warehouse and the tills tell of: plain handlers."""
