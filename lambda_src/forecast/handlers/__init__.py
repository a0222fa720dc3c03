"""One module for the nightly fetch, one for the route."""
