"""Lambda code of the block `TokenAuthorizer`."""
