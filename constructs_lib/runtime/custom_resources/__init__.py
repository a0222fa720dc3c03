"""What CloudFormation asks of a function where it has no resource of its own for it."""
