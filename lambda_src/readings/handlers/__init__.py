"""What the functions of the readings service are called with."""
