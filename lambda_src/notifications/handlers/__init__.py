"""One module for each event that somebody is told of."""
