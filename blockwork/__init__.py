"""What stands beside the blocks: the kit for the functions behind them, and what operates them."""
