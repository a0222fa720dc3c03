"""One module for each route of the catalog's API."""
