"""Lambda code of the block `PushChannel`."""
