"""Who the users are, what they may do, and what Cognito does not keep about them."""
