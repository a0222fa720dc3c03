"""One module for each route of the identity API, and for each trigger of the user pool."""
