"""What a voucher is, and how a payment becomes one. Standard library only."""
