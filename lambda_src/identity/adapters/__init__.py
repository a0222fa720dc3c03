"""Where identity meets Cognito and DynamoDB."""
